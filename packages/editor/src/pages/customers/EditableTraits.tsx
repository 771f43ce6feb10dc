import { ActionIcon, Button, Group, Modal, Select, Stack, TextInput, Tooltip } from '@mantine/core';
import { IconLock, IconPencil, IconPlus } from '@tabler/icons-react';
import type { Category } from '@osicam/engine/loop';
import { useState } from 'react';
import type { CustomerView } from '../../api/customer.ts';
import { changeCustomer } from '../../api/customer.ts';
import type { Json } from '../../api/contract.ts';
import { Fault } from '../../ui/Fault.tsx';
import { humanise } from '../../ui/format.ts';
import classes from './Customer.module.css';
import { say } from './say.ts';
import { useChange } from './use-change.ts';

/** Traits with their labels, each to be corrected in place; what a role may not see is masked, and said to be. */
export function EditableTraits({ view, names, kind }: { view: CustomerView; names: string[]; kind: Category }) {
  const [editing, setEditing] = useState<{ name: string; isNew: boolean }>();
  const labelOf = (name: string) => view.attributes[name]?.label ?? humanise(name);
  const sorted = names.toSorted((a, b) => labelOf(a).localeCompare(labelOf(b)));
  return (
    <>
      {sorted.length === 0 && <p className={classes.none}>Nothing of this kind is known.</p>}
      {sorted.length > 0 && (
        <dl className={classes.traits} data-testid="traits">
          {sorted.map((name) => (
            <div key={name}>
              <dt title={name}>
                {labelOf(name)}
                {view.attributes[name]?.pii && (
                  <Tooltip label="Tells who somebody is: not every role sees it">
                    <IconLock size={12} aria-label="personal" />
                  </Tooltip>
                )}
              </dt>
              <dd className="tabular">
                <span>{say(view.traits[name])}</span>
                {!view.hidden && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="sm"
                    aria-label={`Correct ${labelOf(name)}`}
                    onClick={() => setEditing({ name, isNew: false })}
                  >
                    <IconPencil size={13} />
                  </ActionIcon>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {!view.hidden && kind === 'basic' && (
        <Button
          size="compact-sm"
          variant="subtle"
          mt="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => setEditing({ name: '', isNew: true })}
        >
          Add what you know
        </Button>
      )}
      {editing && <EditTrait view={view} {...editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}

type Kind = 'text' | 'number' | 'yes or no' | 'JSON';

const kindOf = (value: Json | undefined): Kind =>
  typeof value === 'number'
    ? 'number'
    : typeof value === 'boolean'
      ? 'yes or no'
      : typeof value === 'object' && value !== null
        ? 'JSON'
        : 'text';

/** What was typed, as the kind that was chosen; a sentence where it is none. */
function valueIn(text: string, kind: Kind): { value: Json } | { wrong: string } {
  if (kind === 'text') return { value: text.trim() };
  if (kind === 'yes or no') return { value: text === 'yes' };
  if (kind === 'number') {
    const value = Number(text.trim().replace(',', '.'));
    return text.trim() === '' || !Number.isFinite(value) ? { wrong: 'Expected a number, as 12.5' } : { value };
  }
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return { wrong: 'Expected JSON, as ["a", "b"]' };
  }
}

function EditTrait({
  view,
  name: given,
  isNew,
  onClose,
}: {
  view: CustomerView;
  name: string;
  isNew: boolean;
  onClose: () => void;
}) {
  const before = view.traits[given];
  const [name, setName] = useState(given);
  const [kind, setKind] = useState<Kind>(kindOf(before));
  const [text, setText] = useState(
    before === undefined || before === null
      ? ''
      : typeof before === 'boolean'
        ? before
          ? 'yes'
          : 'no'
        : typeof before === 'object'
          ? JSON.stringify(before)
          : String(before),
  );
  const change = useChange(
    view.id,
    (value: Json) => changeCustomer(view.id, { traits: { [name.trim()]: value } }),
    isNew ? 'Added' : 'Corrected',
  );
  const typed = valueIn(text, kind);
  const save = (value: Json) => change.mutate(value, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={isNew ? 'Add what you know' : `Correct “${humanise(given)}”`}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          if ('value' in typed && name.trim()) save(typed.value);
        }}
      >
        <Stack gap="sm">
          {isNew && (
            <TextInput
              label="Name"
              placeholder="favouriteColour"
              value={name}
              onChange={(changed) => setName(changed.currentTarget.value)}
              required
              data-autofocus
            />
          )}
          <Group grow align="flex-start">
            {kind === 'yes or no' ? (
              <Select
                label="Value"
                data={['yes', 'no']}
                value={text === 'yes' ? 'yes' : 'no'}
                onChange={(chosen) => setText(chosen ?? 'no')}
                allowDeselect={false}
              />
            ) : (
              <TextInput
                label="Value"
                value={text}
                onChange={(changed) => setText(changed.currentTarget.value)}
                error={text !== '' && 'wrong' in typed ? typed.wrong : undefined}
                data-autofocus={!isNew || undefined}
              />
            )}
            <Select
              label="Kind"
              data={['text', 'number', 'yes or no', 'JSON']}
              value={kind}
              onChange={(chosen) => setKind((chosen as Kind | null) ?? 'text')}
              allowDeselect={false}
            />
          </Group>
          {change.isError && <Fault error={change.error} title="It was not saved" />}
          <Group justify="space-between">
            {isNew ? (
              <span />
            ) : (
              <Button variant="subtle" color="red" onClick={() => save(null)} loading={change.isPending}>
                Take it away
              </Button>
            )}
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={change.isPending} disabled={'wrong' in typed || !name.trim()}>
                Save
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
