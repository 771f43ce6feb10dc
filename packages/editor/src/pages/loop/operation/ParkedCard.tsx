import { Button, Card, Group, Title } from '@mantine/core';
import { IconArrowForwardUp, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { LoopStatus } from '../../../api/operation.ts';
import { parkedQuery } from '../../../api/queries.ts';
import { formatDateTime, plural } from '../../../ui/format.ts';
import type { InterventionKind } from './InterveneDialog.tsx';
import { InterveneDialog } from './InterveneDialog.tsx';
import classes from './Operation.module.css';

/** Who was set aside with an error, what it said, and the two ways on: try again, or let go. */
export function ParkedCard({ status }: { status: LoopStatus }) {
  const [doing, setDoing] = useState<InterventionKind>();
  const count = status.versions.reduce((sum, version) => sum + version.parked, 0);
  const parked = useQuery({ ...parkedQuery(status.loop), enabled: count > 0, refetchInterval: 5_000 });
  const label = new Map(status.nodes.map((node) => [node.node, node.label || node.node]));
  return (
    <Card data-testid="parked">
      <div className={classes.head}>
        <Title order={2}>Parked</Title>
        {count > 0 && (
          <Group gap="xs">
            <Button
              size="xs"
              variant="light"
              leftSection={<IconRefresh size={15} />}
              onClick={() => setDoing('retry')}
              data-testid="retry"
            >
              Try again…
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconArrowForwardUp size={15} />}
              onClick={() => setDoing('release')}
              data-testid="release"
            >
              Let go…
            </Button>
          </Group>
        )}
      </div>
      {count === 0 ? (
        <p className={classes.none}>
          Nobody. A customer whom a node cannot deal with is set aside here; the others go on.
        </p>
      ) : (
        <>
          <p className={classes.none}>
            {plural(count, 'customer')} set aside; the others go on. Mend the cause, then let them try again.
          </p>
          <div className={classes.scroll}>
            <table className={classes.table}>
              <thead>
                <tr>
                  <th>Customer</th>
                  <th>At</th>
                  <th>What went wrong</th>
                  <th>When</th>
                </tr>
              </thead>
              <tbody>
                {parked.data?.map((row) => (
                  <tr key={`${row.customer} ${row.node} ${row.at}`}>
                    <td>
                      <Link to="/customers/$customerId" params={{ customerId: String(row.customer) }}>
                        customer {row.customer}
                      </Link>
                    </td>
                    <td>{label.get(row.node) ?? row.node}</td>
                    <td className={classes.error}>{row.error}</td>
                    <td className="tabular" style={{ whiteSpace: 'nowrap' }}>
                      {formatDateTime(row.at)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      <InterveneDialog status={status} kind={doing} onClose={() => setDoing(undefined)} />
    </Card>
  );
}
