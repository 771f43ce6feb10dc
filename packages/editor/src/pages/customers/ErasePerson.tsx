import { Button, Group, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { CustomerView } from '../../api/customer.ts';
import { eraseCustomer } from '../../api/customer.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatNumber, humanise, plural } from '../../ui/format.ts';
import classes from './Customer.module.css';

/** The last question: what goes, what stays, and the customer's number typed by hand. */
export function ErasePerson({ view, onClose }: { view: CustomerView; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const plan = useQuery({
    queryKey: ['customer', String(view.id), 'erasure'],
    queryFn: () => eraseCustomer(view.id, true),
    staleTime: 0,
  });
  const erase = useMutation({
    mutationFn: () => eraseCustomer(view.id, false),
    onSuccess: async () => {
      notifications.show({ color: 'teal', message: `Customer ${view.id} is erased` });
      // First away from the page, which would ask for who is not there any more; then nothing of them stays in memory.
      await client.cancelQueries({ queryKey: ['customer', String(view.id)] });
      await navigate({ to: '/customers' });
      client.removeQueries({ queryKey: ['customer', String(view.id)] });
      await client.invalidateQueries({ queryKey: ['customers'] });
    },
  });
  const counts = Object.entries(plan.data?.counts ?? {}).filter(([, count]) => count > 0);
  return (
    <Modal opened onClose={erase.isPending ? () => {} : onClose} title={`Erase customer ${view.id} for good`} size="lg">
      <Stack gap="md">
        <Text size="sm">
          Everything that names or describes this person goes from every table, from what is to be sent and from what
          was sent, and cannot be brought back. Journals and counts stay as bare numbers. A keyed hash of the addresses
          stays, so that nobody writes to them again.
        </Text>
        {plan.isPending && <Skeleton h={90} />}
        {plan.isError && <Fault error={plan.error} />}
        {plan.data && (
          <dl className={classes.figures} data-testid="erasure-plan">
            {counts.map(([name, count]) => (
              <div key={name}>
                <dt>{humanise(name)}</dt>
                <dd className="tabular">{formatNumber(count)}</dd>
              </div>
            ))}
          </dl>
        )}
        {view.merges.some(({ undoneAt }) => !undoneAt) && (
          <Text size="sm" c="var(--caution)">
            {plural(view.merges.filter(({ undoneAt }) => !undoneAt).length, 'customer')} became part of this one, and
            goes with it.
          </Text>
        )}
        <TextInput
          label={`Type ${view.id} to erase`}
          value={typed}
          onChange={(changed) => setTyped(changed.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        {erase.isError && <Fault error={erase.error} title="Nothing was erased" />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={erase.isPending}>
            Keep the customer
          </Button>
          <Button
            color="red"
            onClick={() => erase.mutate()}
            loading={erase.isPending}
            disabled={typed.trim() !== String(view.id) || !plan.data}
            data-testid="erase"
          >
            Erase
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
