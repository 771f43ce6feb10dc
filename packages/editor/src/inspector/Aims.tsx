import { ActionIcon, Button, NumberInput, Text, Tooltip } from '@mantine/core';
import type { Loop } from '@osicam/engine/loop';
import { IconFlag, IconLogout, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { selectDocument, useEditor, useWorkbench } from '../canvas/workbench.tsx';
import type { LoopAims } from '../document/changes.ts';
import type { Happening } from './HappeningDialog.tsx';
import { HappeningDialog, sayHappening } from './HappeningDialog.tsx';
import classes from './Aims.module.css';
import inspector from './Inspector.module.css';

const kinds = [
  { list: 'goals', icon: <IconFlag size={15} />, title: 'Goals', add: 'Add a goal', one: 'goal' },
  { list: 'exits', icon: <IconLogout size={15} />, title: 'Exits', add: 'Add an exit', one: 'exit' },
] as const;

const means = {
  goals: 'Whoever reaches one leaves at once, as converted.',
  exits: 'Whoever it happens to leaves at once: going on would be pointless.',
};

/** What takes customers out of the loop wherever they stand, and what the loop may do before others. */
export function Aims() {
  const { editor } = useWorkbench();
  const document = useEditor(selectDocument);
  const [editing, setEditing] = useState<{ list: 'goals' | 'exits'; index: number }>();
  const set = (aims: LoopAims, label: string, key?: string) =>
    editor.edit(
      [
        {
          type: 'set-aims',
          aims: { goals: document.goals, exits: document.exits, priority: document.priority, ...aims },
        },
      ],
      label,
      key,
    );
  const save = (happening: Happening) => {
    if (!editing) return;
    const list = [...(document[editing.list] ?? [])];
    list[editing.index] = happening as NonNullable<Loop['goals']>[number];
    set({ [editing.list]: list }, `Change the ${editing.list}`);
    setEditing(undefined);
  };
  return (
    <section className={inspector.section}>
      <h3>Goals and exits</h3>
      {kinds.map(({ list, icon, title, add, one }) => (
        <div key={list} className={classes.list} data-testid={list}>
          <Text size="xs" c="var(--ink-soft)">
            <b>{title}.</b> {means[list]}
          </Text>
          {document[list]?.map((happening, index) => (
            <div key={index} className={classes.happening}>
              {icon}
              <span>{sayHappening(happening as Happening)}</span>
              <Tooltip label="Change">
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={`Change the ${one} ${index + 1}`}
                  onClick={() => setEditing({ list, index })}
                >
                  <IconPencil size={14} />
                </ActionIcon>
              </Tooltip>
              <Tooltip label="Remove">
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove the ${one} ${index + 1}`}
                  onClick={() => set({ [list]: document[list]?.toSpliced(index, 1) }, `Remove a ${one}`)}
                >
                  <IconTrash size={14} />
                </ActionIcon>
              </Tooltip>
            </div>
          ))}
          <Button
            size="compact-xs"
            variant="light"
            onClick={() => setEditing({ list, index: document[list]?.length ?? 0 })}
            data-testid={`add-${one}`}
          >
            {add}
          </Button>
        </div>
      ))}
      <NumberInput
        size="xs"
        label="Priority"
        description="When the contact policy lets a customer hear from some loops only, the higher goes first."
        min={0}
        max={100}
        allowDecimal={false}
        clampBehavior="strict"
        value={document.priority ?? 50}
        onChange={(value) => {
          if (typeof value === 'number') set({ priority: value }, 'Set the priority', 'priority');
        }}
      />
      {editing && (
        <HappeningDialog
          title={editing.list === 'goals' ? 'What is reached' : 'What makes people leave'}
          happening={document[editing.list]?.[editing.index] as Happening | undefined}
          onSave={save}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}
