import { Badge, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Segment } from '../../api/segments.ts';
import classes from './Segment.module.css';

/** The loops and the segments that ask for a segment, and would notice a change. */
export function UsesList({ segment: { uses } }: { segment: Segment }) {
  if (uses.loops.length + uses.segments.length === 0)
    return (
      <Text size="sm" c="var(--ink-soft)">
        No loop and no other segment asks for it. In a loop it can be an entry, a wait, a goal or an exit, or a
        condition in any rule.
      </Text>
    );
  return (
    <ul className={classes.uses} data-testid="uses">
      {uses.loops.map(({ id, name, published }) => (
        <li key={`loop ${id}`}>
          <Link to="/loops/$loopId" params={{ loopId: id }}>
            {name}
          </Link>
          <Badge color={published ? 'teal' : 'gray'}>{published ? 'published loop' : 'draft of a loop'}</Badge>
        </li>
      ))}
      {uses.segments.map(({ id, name }) => (
        <li key={`segment ${id}`}>
          <Link to="/segments/$segmentId" params={{ segmentId: id }}>
            {name}
          </Link>
          <Badge color="gray">segment</Badge>
        </li>
      ))}
    </ul>
  );
}
