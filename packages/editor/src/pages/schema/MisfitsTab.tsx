import { Card, Stack, Text } from '@mantine/core';
import { IconChecks } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { misfitsQuery, type Place } from '../../api/schema.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { MisfitSamples } from './MisfitSamples.tsx';
import classes from './Schema.module.css';

/** All that did not fit, a field at a time. */
export function MisfitsTab({ search, onOpen }: { search: string; onOpen: (place: Place) => void }) {
  const misfits = useQuery(misfitsQuery);
  if (misfits.isError) return <Fault error={misfits.error} retry={() => void misfits.refetch()} />;
  const found = misfits.data?.filter(({ event, name }) => `${event} ${name}`.toLowerCase().includes(search)) ?? [];
  if (misfits.data && found.length === 0)
    return (
      <EmptyState icon={<IconChecks size={24} />} title={search ? 'Nothing by that name' : 'Everything fits'}>
        Values of another type than declared, and what a closed list does not have, are kept here until somebody takes
        them in or discards them.
      </EmptyState>
    );
  return (
    <Stack gap="sm">
      {found.map(({ event, name, count }) => (
        <Card key={`${event} ${name}`} data-testid={`aside-${name || event}`}>
          <button type="button" className={classes.open} onClick={() => onOpen({ event, name })}>
            {name || event}
          </button>
          <Text size="xs" c="var(--ink-soft)" mb={6}>
            {event === '' ? 'trait' : name === '' ? 'whole events' : `field of ${event}`}
          </Text>
          <MisfitSamples place={{ event, name }} count={count} />
        </Card>
      ))}
    </Stack>
  );
}
