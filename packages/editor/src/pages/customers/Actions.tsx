import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconDotsVertical,
  IconDownload,
  IconListCheck,
  IconLogin2,
  IconNote,
  IconShieldCheck,
  IconTrash,
} from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CustomerView } from '../../api/customer.ts';
import { exportCustomer } from '../../api/customer.ts';
import { meQuery } from '../../api/queries.ts';
import { AddNote, AddToList, EnterLoop, RecordConsent } from './dialogs.tsx';
import { ErasePerson } from './ErasePerson.tsx';

const dialogs = {
  note: AddNote,
  consent: RecordConsent,
  list: AddToList,
  loop: EnterLoop,
  erase: ErasePerson,
} as const;

/** What one can do with a customer, as far as one's role goes. */
export function Actions({ view }: { view: CustomerView }) {
  const { data: me } = useQuery(meQuery);
  const [open, setOpen] = useState<keyof typeof dialogs>();
  const save = useMutation({
    mutationFn: () => exportCustomer(view.id),
    onSuccess: (person) => download(`customer-${view.id}.json`, JSON.stringify(person, null, 2)),
    onError: (error) => notifications.show({ color: 'red', message: error.message }),
  });
  if (me === undefined || me.role === 'viewer') return null;
  const Dialog = open && dialogs[open];
  return (
    <Group gap={6} wrap="nowrap">
      <Button variant="default" size="sm" leftSection={<IconNote size={15} />} onClick={() => setOpen('note')}>
        Note
      </Button>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon
            variant="default"
            size={36}
            aria-label="More to do with this customer"
            data-testid="customer-menu"
          >
            <IconDotsVertical size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconShieldCheck size={16} />} onClick={() => setOpen('consent')}>
            Record a consent
          </Menu.Item>
          <Menu.Item leftSection={<IconListCheck size={16} />} onClick={() => setOpen('list')}>
            Put on a list
          </Menu.Item>
          <Menu.Item leftSection={<IconLogin2 size={16} />} onClick={() => setOpen('loop')}>
            Let into a loop
          </Menu.Item>
          {me.role === 'admin' && (
            <>
              <Menu.Divider />
              <Menu.Label>Privacy</Menu.Label>
              <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => save.mutate()}>
                Export all that is known
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => setOpen('erase')}>
                Erase this person
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {Dialog && <Dialog view={view} onClose={() => setOpen(undefined)} />}
    </Group>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
