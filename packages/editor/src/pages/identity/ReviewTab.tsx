import { Button, Group, Kbd, Skeleton, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowsSplit2, IconChecks, IconGitMerge, IconPlayerSkipForward, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { unmergeCustomer } from '../../api/customer.ts';
import type { Decision, Proposal } from '../../api/identity.ts';
import { decide, proposalsQuery } from '../../api/identity.ts';
import { meQuery } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatNumber } from '../../ui/format.ts';
import { BulkDialog } from './BulkDialog.tsx';
import classes from './Identity.module.css';
import { LookButton } from './LookButton.tsx';
import { Pair } from './Pair.tsx';

const keyOf = ({ customer, other }: Proposal) => `${customer.id} ${other.id}`;

/** One pair at a time, by the keyboard: m merges, a keeps apart, s comes back to it later. */
export function ReviewTab() {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const proposals = useInfiniteQuery(proposalsQuery);
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const [skipped, setSkipped] = useState<ReadonlySet<string>>(new Set());
  const [bulk, setBulk] = useState(false);
  const [worked, setWorked] = useState(false);
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = proposals;

  const open = (data?.pages ?? []).flatMap((page) => page.proposals).filter((one) => !done.has(keyOf(one)));
  const queue = open.filter((one) => !skipped.has(keyOf(one)));
  const current = queue[0];
  const left = Math.max(open.length, (data?.pages[0]?.total ?? 0) - done.size);
  useEffect(() => {
    if (queue.length < 5 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [queue.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  // What was said of somebody who was merged is open for the one who is left: asked for once all others are decided.
  const isThrough = open.length === 0 && done.size > 0 && !hasNextPage;
  useEffect(() => {
    if (!isThrough) return;
    setDone(new Set());
    void client.resetQueries({ queryKey: ['proposals'] });
  }, [isThrough, client]);

  const mark = (proposals: readonly Proposal[]) => setDone((before) => new Set([...before, ...proposals.map(keyOf)]));
  const undo = async (customer: number) => {
    try {
      await unmergeCustomer(customer);
      notifications.show({ color: 'teal', message: 'They are two customers again, and are kept apart.' });
    } catch (error) {
      notifications.show({ color: 'red', title: 'The merge stands', message: (error as Error).message });
    }
  };
  const act = useMutation({
    mutationFn: ({ proposal, decision }: { proposal: Proposal; decision: Decision }) =>
      decide(proposal.customer.id, proposal.other.id, decision),
    onSuccess: (_, { proposal, decision }) => {
      // Others that name who is gone are decided with it, or are about the one who is left.
      const names = ({ customer, other }: Proposal) => [customer.id, other.id].includes(proposal.other.id);
      mark([proposal, ...(decision === 'merge' ? open.filter(names) : [])]);
      setWorked(true);
      void client.invalidateQueries({ queryKey: ['proposal-count'] });
      void client.invalidateQueries({ queryKey: ['decisions'] });
      if (decision !== 'merge') return;
      notifications.show({
        color: 'teal',
        message: (
          <Group justify="space-between" gap="xs" wrap="nowrap">
            <Text size="sm">
              Customer {proposal.other.id} is part of {proposal.customer.id}.
            </Text>
            <Button size="compact-xs" variant="subtle" onClick={() => void undo(proposal.other.id)}>
              Undo
            </Button>
          </Group>
        ),
      });
    },
    onError: (error) => {
      notifications.show({ color: 'red', title: 'Nothing was decided', message: error.message });
      void proposals.refetch();
    },
  });
  const mayDecide = me !== undefined && me.role !== 'viewer' && current !== undefined && !act.isPending;
  const take = (decision: Decision) => {
    if (mayDecide) act.mutate({ proposal: current, decision });
  };
  const skip = () => {
    if (current) setSkipped((before) => new Set([...before, keyOf(current)]));
  };
  useHotkeys([
    ['m', () => !bulk && take('merge')],
    ['a', () => !bulk && take('apart')],
    ['s', () => !bulk && skip()],
  ]);

  if (proposals.isPending) return <Skeleton h={420} radius="lg" aria-busy="true" />;
  if (proposals.isError) return <Fault error={proposals.error} retry={() => void proposals.refetch()} />;
  if (!current && skipped.size > 0 && open.length > 0)
    return (
      <EmptyState
        icon={<IconPlayerSkipForward size={24} />}
        title={`${formatNumber(open.length)} that you have skipped`}
        action={<Button onClick={() => setSkipped(new Set())}>Look at them again</Button>}
      >
        All others are decided.
      </EmptyState>
    );
  if (!current)
    return (
      <EmptyState
        icon={worked ? <IconChecks size={24} /> : <IconUsers size={24} />}
        title={worked ? 'All decided' : 'Nobody to decide about'}
        action={<LookButton />}
      >
        Customers who are probably one, but not certainly, are proposed here by <code>osicam organize</code> and by
        loops with a node that removes duplicates.
      </EmptyState>
    );
  return (
    <>
      <div className={classes.bar}>
        <Text size="sm" c="var(--ink-soft)" className="tabular" data-testid="proposals-left">
          {formatNumber(left)} to decide, the most certain first
        </Text>
        <Group gap="xs">
          <LookButton />
          <Button variant="default" size="compact-sm" disabled={me?.role === 'viewer'} onClick={() => setBulk(true)}>
            Decide many at once
          </Button>
        </Group>
      </div>
      <section className={classes.card} aria-label="Two customers who may be one" data-testid="proposal">
        <Pair proposal={current} />
        <div className={classes.actions}>
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconPlayerSkipForward size={16} />}
            rightSection={<Kbd size="xs">S</Kbd>}
            onClick={skip}
          >
            Later
          </Button>
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconArrowsSplit2 size={16} />}
              rightSection={<Kbd size="xs">A</Kbd>}
              disabled={!mayDecide}
              onClick={() => take('apart')}
              data-testid="apart"
            >
              Two people
            </Button>
            <Button
              leftSection={<IconGitMerge size={16} />}
              rightSection={<Kbd size="xs">M</Kbd>}
              disabled={!mayDecide}
              onClick={() => take('merge')}
              data-testid="merge"
            >
              One person
            </Button>
          </Group>
        </div>
      </section>
      <BulkDialog
        opened={bulk}
        onClose={() => setBulk(false)}
        onDecided={() => {
          setDone(new Set());
          void client.resetQueries({ queryKey: ['proposals'] });
          void client.invalidateQueries({ queryKey: ['proposal-count'] });
          void client.invalidateQueries({ queryKey: ['decisions'] });
        }}
      />
    </>
  );
}
