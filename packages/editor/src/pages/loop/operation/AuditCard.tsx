import { Card, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { auditQuery } from '../../../api/operation.ts';
import { Fault } from '../../../ui/Fault.tsx';
import { formatDateTime, formatNumber, humanise } from '../../../ui/format.ts';
import classes from './Operation.module.css';

/** Who did what to this loop, the latest first. */
export function AuditCard({ loop }: { loop: string }) {
  const audit = useQuery(auditQuery(loop));
  if (audit.isError) return <Fault error={audit.error} retry={() => void audit.refetch()} />;
  return (
    <Card data-testid="audit">
      <div className={classes.head}>
        <Title order={2}>Audit</Title>
      </div>
      {audit.data?.length === 0 && <p className={classes.none}>Nothing has been done to it yet.</p>}
      <ul className={classes.audit}>
        {audit.data?.map((entry) => (
          <li key={entry.seq}>
            <time className="tabular">{formatDateTime(entry.at)}</time>
            <div>
              <b>{humanise(entry.action)}</b> <small>by {entry.actor}</small>
              {Object.keys(entry.detail).length > 0 && (
                <div>
                  <small>{Object.entries(entry.detail).map(said).join(' · ')}</small>
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const said = ([name, value]: [string, unknown]): string => `${humanise(name).toLowerCase()} ${sayValue(value)}`;

function sayValue(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([name, part]) =>
    Array.isArray(value) ? sayValue(part) : `${humanise(name).toLowerCase()} ${sayValue(part)}`,
  );
  return parts.length === 0 ? 'none' : `(${parts.join(', ')})`;
}
