import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { overlapQuery, type Segment } from '../../api/segments.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatNumber, formatPercent } from '../../ui/format.ts';
import classes from './Segment.module.css';

/** How a segment lies to each other one: what they share, between what only one of them has. */
export function OverlapList({ segment }: { segment: Segment }) {
  const overlap = useQuery(overlapQuery(segment.id));
  if (overlap.isPending) return <Skeleton h={120} aria-busy="true" />;
  if (overlap.isError) return <Fault error={overlap.error} retry={() => void overlap.refetch()} />;
  if (overlap.data.length === 0)
    return (
      <Text size="sm" c="var(--ink-soft)">
        There is no other segment to compare it with.
      </Text>
    );
  const widest = Math.max(1, ...overlap.data.map(({ own, other, both }) => own + other - both));
  return (
    <ul className={classes.overlap} data-testid="overlap">
      {[...overlap.data]
        .sort((a, b) => b.both - a.both)
        .map(({ id, name, own, other, both }) => (
          <li key={id}>
            <Link to="/segments/$segmentId" params={{ segmentId: id }}>
              {name}
            </Link>
            <div
              className={classes.bar}
              role="img"
              aria-label={`${formatNumber(both)} in both, ${formatNumber(own - both)} only here, ${formatNumber(other - both)} only there`}
            >
              <i data-part="own" style={{ width: `${(100 * (own - both)) / widest}%` }} />
              <i data-part="both" style={{ width: `${(100 * both) / widest}%` }} />
              <i data-part="other" style={{ width: `${(100 * (other - both)) / widest}%` }} />
            </div>
            <Text size="xs" c="var(--ink-soft)" className="tabular">
              {both === 0
                ? 'nobody in both'
                : `${formatNumber(both)} in both: ${formatPercent(both / Math.max(1, own))} of this one, ${formatPercent(both / Math.max(1, other))} of that one`}
            </Text>
          </li>
        ))}
    </ul>
  );
}
