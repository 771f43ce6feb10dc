import { Alert, Button, Group, Modal, Select, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import type { LoopStatus, MigrationResult } from '../../../api/operation.ts';
import { at, useAct } from '../../../api/operation.ts';
import { loopQuery } from '../../../api/queries.ts';
import { Fault } from '../../../ui/Fault.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import classes from './Operation.module.css';

interface Props {
  status: LoopStatus;
  opened: boolean;
  onClose: () => void;
}

/** Moves people in flight to the newest version: a node they stand at → a node of the new drawing, counted before it is done. */
export function MigrateDialog({ status, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Move people to the newest version" size="xl">
      {opened && <Moves status={status} onClose={onClose} />}
    </Modal>
  );
}

const leave = ':leave';

function Moves({ status, onClose }: Omit<Props, 'opened'>) {
  const { loop } = status;
  const [map, setMap] = useState<Record<string, string | null>>({});
  const detail = useQuery(loopQuery(loop));
  const plan = useQuery({
    queryKey: ['loop', loop, 'migrate', map],
    queryFn: () => api<MigrationResult>(at(loop, 'migrate'), { json: { map, dryRun: true } }),
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
  const migrate = useAct<{ map: typeof map }, MigrationResult>(loop, 'migrate');
  if (plan.isPending || detail.isPending) return <Skeleton h={240} aria-busy="true" />;
  if (plan.isError) return <Fault error={plan.error} retry={() => void plan.refetch()} />;
  const label = new Map(status.nodes.map((node) => [`${node.version} ${node.node}`, node.label]));
  const targets = [
    ...(detail.data?.published?.document.nodes ?? []).map((node) => ({
      value: node.id,
      label: node.data.label || node.id,
    })),
    { value: leave, label: 'Leave the loop' },
  ];
  const { moves, missing, to } = plan.data;
  const rows = [
    ...missing.map((row) => ({ ...row, target: undefined, note: 'gone from the new drawing: choose where they go' })),
    ...moves.map((row) => ({
      version: row.version,
      node: row.from,
      customers: row.customers + row.parked,
      target: row.to ?? leave,
      note: [
        row.keep ? 'keep their wait' : row.to === null ? '' : 'arrive anew',
        row.parked > 0 ? `${formatNumber(row.parked)} parked` : '',
        row.awaitingReceipt > 0 ? `${formatNumber(row.awaitingReceipt)} follow once their message is out` : '',
      ]
        .filter((part) => part !== '')
        .join(' · '),
    })),
  ];
  const people = rows.reduce((sum, row) => sum + row.customers, 0);
  return (
    <Stack gap="md">
      <Text size="sm">
        Everybody of an older version goes on in version {to}. Who stands at a node that the new drawing still has stays
        there; for the others you say where.
      </Text>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>Stand at</th>
              <th data-number>Customers</th>
              <th>Go to</th>
              <th>How</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.version} ${row.node}`}>
                <td>
                  {label.get(`${row.version} ${row.node}`) || row.node} <span className="soft">v{row.version}</span>
                </td>
                <td data-number className="tabular">
                  {formatNumber(row.customers)}
                </td>
                <td>
                  <Select
                    size="xs"
                    aria-label={`Where those at ${row.node} go`}
                    placeholder="Choose a node"
                    data={targets}
                    searchable
                    value={row.target ?? null}
                    onChange={(value) =>
                      value && setMap((before) => ({ ...before, [row.node]: value === leave ? null : value }))
                    }
                  />
                </td>
                <td>{row.target === undefined ? <span className={classes.error}>{row.note}</span> : row.note}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {migrate.isError && (
        <Alert color="red" variant="light" role="alert" title="Nobody was moved">
          {migrate.error.message}
        </Alert>
      )}
      <Group justify="space-between">
        <Text size="sm" c="var(--ink-soft)" role="status" data-testid="dry-run">
          {missing.length > 0
            ? `${plural(missing.length, 'node has', 'nodes have')} no place in the new drawing yet.`
            : `This is about ${plural(people, 'customer')}.`}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button
            disabled={missing.length > 0 || people === 0}
            loading={migrate.isPending}
            data-testid="confirm"
            onClick={() =>
              migrate.mutate(
                { map },
                {
                  onSuccess: ({ moved, ended }) => {
                    onClose();
                    notifications.show({
                      color: 'teal',
                      title: `${plural(moved, 'customer')} moved to version ${to}`,
                      message: ended > 0 ? `${plural(ended, 'customer')} left the loop.` : 'Nobody left the loop.',
                    });
                  },
                },
              )
            }
          >
            Move {plural(people, 'customer')}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}
