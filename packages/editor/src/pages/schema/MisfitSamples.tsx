import { Alert, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { misfitsQuery, type Place } from '../../api/schema.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { formatDateTime, formatNumber, plural } from '../../ui/format.ts';
import classes from './Schema.module.css';

/** What came and did not fit, and what may become of it. */
export function MisfitSamples({ place, count }: { place: Place; count: number }) {
  const client = useQueryClient();
  const misfits = useQuery(misfitsQuery);
  const [discarding, setDiscarding] = useState(false);
  const own = misfits.data?.find(({ event, name }) => event === place.event && name === place.name);
  const settled = async () => {
    await client.invalidateQueries({ queryKey: ['schema'] });
  };
  const take = useMutation({
    mutationFn: () =>
      api<{ taken: number; outdated: number; unfit: number }>('/api/schema/misfits/take-in', { json: place }),
    onSuccess: ({ taken, outdated, unfit }) => {
      const left = [
        unfit > 0 ? `${formatNumber(unfit)} do not fit still` : '',
        outdated > 0 ? `of ${formatNumber(outdated)} a newer value is known` : '',
      ].filter(Boolean);
      notifications.show({
        color: taken > 0 ? 'teal' : 'orange',
        title: taken > 0 ? `${plural(taken, 'value')} taken in` : 'None was taken in',
        message: left.length > 0 ? `${left.join('; ')}.` : 'Nothing is kept aside any more.',
      });
    },
    onSettled: settled,
  });
  const discard = useMutation({
    mutationFn: () => api<{ discarded: number }>('/api/schema/misfits/discard', { json: place }),
    onSuccess: () => setDiscarding(false),
    onSettled: settled,
  });
  return (
    <div data-testid="misfits">
      <Text size="sm" c="var(--ink-soft)">
        {plural(count, 'value')} did not fit and {count === 1 ? 'is' : 'are'} kept as {count === 1 ? 'it' : 'they'}{' '}
        came.
        {own && own.samples.length < count ? ' The latest:' : ''}
      </Text>
      <ul className={classes.samples}>
        {own?.samples.map((sample, i) => (
          // Two of one customer may be alike.
          <li key={i}>
            <code>{sample.hidden ? '•••' : shown(sample.value)}</code>
            <small>
              <Link
                className={classes.customer ?? ''}
                to="/customers/$customerId"
                params={{ customerId: String(sample.customer) }}
              >
                customer {sample.customer}
              </Link>
              , {formatDateTime(sample.at)}, from {sample.source}
            </small>
          </li>
        ))}
      </ul>
      {take.isError && (
        <Alert color="red" variant="light" role="alert" mt="xs">
          {take.error.message}
        </Alert>
      )}
      <Group gap="xs" mt="sm">
        <Button
          size="xs"
          variant="default"
          loading={take.isPending}
          onClick={() => take.mutate()}
          data-testid="take-in"
        >
          Take in what fits now
        </Button>
        <Button size="xs" variant="subtle" color="red" onClick={() => setDiscarding(true)}>
          Discard
        </Button>
      </Group>
      <Confirm
        opened={discarding}
        title={`Discard ${plural(count, 'value')}?`}
        action="Discard"
        busy={discard.isPending}
        onClose={() => setDiscarding(false)}
        onConfirm={() => discard.mutate()}
      >
        They are deleted for good. What customers have now stays as it is.
        {discard.isError && (
          <Alert color="red" variant="light" role="alert" mt="md">
            {discard.error.message}
          </Alert>
        )}
      </Confirm>
    </div>
  );
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? '';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
};
