import { Badge, Card, Group, Stack, Text } from '@mantine/core';
import { IconRefreshDot } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { CustomerView } from '../../api/customer.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { formatDateTime } from '../../ui/format.ts';
import classes from './Customer.module.css';

type Enrollment = CustomerView['enrollments'][number];

/** Which loops the customer is or was in, and every step it took there. */
export function Enrollments({ view }: { view: CustomerView }) {
  if (view.enrollments.length === 0)
    return (
      <EmptyState icon={<IconRefreshDot size={24} />} title="In no loop yet">
        Once this customer enters a published loop, each of its steps stands here.
      </EmptyState>
    );
  return (
    <Stack gap="md">
      {view.enrollments.map((enrollment) => (
        <Card key={`${enrollment.customer} ${enrollment.n}`}>
          <Group justify="space-between" mb="xs">
            <div>
              <Link to="/loops/$loopId" params={{ loopId: enrollment.loop }} className={classes.loop}>
                {enrollment.loopName}
              </Link>
              <Text size="xs" c="var(--ink-soft)">
                version {enrollment.version} · entered {formatDateTime(enrollment.enteredAt)}
                {enrollment.endedAt && ` · left ${formatDateTime(enrollment.endedAt)}`}
              </Text>
            </div>
            <State of={enrollment} />
          </Group>
          {enrollment.parked && (
            <Text size="sm" c="var(--bad)" mb="xs">
              {enrollment.parked}
            </Text>
          )}
          <ol className={classes.steps}>
            {enrollment.steps.map((step, index) => (
              <li key={index} data-waits={step.port === -1 || undefined}>
                <span className={`${classes.turn} tabular`}>turn {step.turn}</span>
                <b>{step.name ?? step.node}</b>
                <span>{happened(step)}</span>
                <time className="tabular">{formatDateTime(step.at)}</time>
              </li>
            ))}
          </ol>
        </Card>
      ))}
    </Stack>
  );
}

function happened({ port, portId, until }: Enrollment['steps'][number]): string {
  if (port === -1) return until ? `waits until ${formatDateTime(until)}` : 'waits';
  if (port === -2) return 'was parked';
  if (port === -3) return 'was merged away';
  if (port === -5) return until ? `was put here, due ${formatDateTime(until)}` : 'was put here';
  if (port === -6) return 'left the loop here';
  if (port === -7) return 'was woken while the loop was paused';
  return `→ ${portId ?? `way ${port + 1}`}`;
}

const outcomes = {
  end: { title: 'went to the end', colour: 'gray' },
  goal: { title: 'reached the goal', colour: 'teal' },
  exit: { title: 'left before the end', colour: 'orange' },
  cancelled: { title: 'taken out by hand', colour: 'orange' },
  merged: { title: 'merged into another', colour: 'gray' },
} as const;

function State({ of }: { of: Enrollment }) {
  if (of.parked) return <Badge color="red">parked</Badge>;
  if (of.endedAt) {
    const { title, colour } = outcomes[of.outcome ?? 'end'];
    return <Badge color={colour}>{title}</Badge>;
  }
  return <Badge color="teal">{of.steps.at(-1)?.port === -1 ? 'waiting' : 'under way'}</Badge>;
}
