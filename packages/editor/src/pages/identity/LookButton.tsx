import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconZoomScan } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { organize, organizingQuery } from '../../api/identity.ts';
import { meQuery } from '../../api/queries.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { formatNumber, plural } from '../../ui/format.ts';

/** Looks through the whole base for customers who are one, and tells when it is done. */
export function LookButton() {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const { data: run } = useQuery(organizingQuery);
  const [asking, setAsking] = useState(false);
  const watched = useRef(false);
  const running = run != null && run.endedAt === null;
  useEffect(() => {
    if (running) watched.current = true;
    if (!run?.endedAt || !watched.current) return;
    watched.current = false;
    void client.resetQueries({ queryKey: ['proposals'] });
    void client.invalidateQueries({ queryKey: ['proposal-count'] });
    notifications.show(
      run.error
        ? { color: 'red', title: 'The search for duplicates did not end', message: run.error }
        : {
            color: 'teal',
            title: 'All customers were looked at',
            message: `${formatNumber(run.merged)} merged, ${plural(run.proposed, 'pair')} to decide.`,
          },
    );
  }, [running, run, client]);
  const act = useMutation({
    mutationFn: organize,
    onSuccess: (begun) => {
      watched.current = true;
      client.setQueryData(organizingQuery.queryKey, begun);
    },
    onError: (error) => notifications.show({ color: 'red', message: error.message }),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconZoomScan size={15} />}
        loading={running}
        disabled={me?.role !== 'admin'}
        onClick={() => setAsking(true)}
        data-testid="look"
      >
        Look for duplicates
      </Button>
      <Confirm
        opened={asking}
        title="Look for duplicates"
        action="Look now"
        busy={act.isPending}
        onConfirm={() => act.mutate()}
        onClose={() => setAsking(false)}
      >
        All customers are compared by name, birth date, address, e-mail and phone. Those who are certain enough by the
        policy are merged, others are put here to decide. It takes minutes for a million customers, and each merge can
        be undone.
      </Confirm>
    </>
  );
}
