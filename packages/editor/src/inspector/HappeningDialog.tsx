import { Autocomplete, Button, Group, Modal, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import type { Loop } from '@osicam/engine/loop';
import { explainRule, type RuleGroup } from '@osicam/engine/rule';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { fieldsQuery } from '../api/queries.ts';
import { SegmentSelect } from './SegmentSelect.tsx';

const RuleBuilder = lazy(() => import('./rule/RuleBuilder.tsx').then((module) => ({ default: module.RuleBuilder })));

export type Happening = NonNullable<Loop['goals']>[number];

/** A happening in a few words. */
export function sayHappening(happening: Happening): string {
  if (happening.on === 'segment')
    return `${happening.when === 'entered' ? 'comes into' : 'goes out of'} the segment ${happening.segment}`;
  const where = happening.where as RuleGroup | undefined;
  return `${happening.event || 'an event'}${where && where.rules.length > 0 ? ` where ${explainRule(where)}` : ''}`;
}

interface Props {
  title: string;
  happening: Happening | undefined;
  onSave: (happening: Happening) => void;
  onClose: () => void;
}

/** What happens to a customer: an event, perhaps only some of its kind, or coming into or out of a segment. */
export function HappeningDialog({ title, happening, onSave, onClose }: Props) {
  const fields = useQuery(fieldsQuery);
  const [draft, setDraft] = useState<Happening>(happening ?? { on: 'event', event: '' });
  const [building, setBuilding] = useState(false);
  const where = draft.on === 'event' ? (draft.where as RuleGroup | undefined) : undefined;
  const complete = draft.on === 'event' ? draft.event.trim() !== '' : draft.segment !== '';
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack gap="md">
        <SegmentedControl
          aria-label="What kind"
          data={[
            { value: 'event', label: 'Something happens' },
            { value: 'segment', label: 'A segment changes' },
          ]}
          value={draft.on}
          onChange={(on) =>
            setDraft(on === 'event' ? { on: 'event', event: '' } : { on: 'segment', segment: '', when: 'entered' })
          }
        />
        {draft.on === 'event' ? (
          <>
            <Autocomplete
              label="Event"
              description="As the event is called, for instance order."
              data={fields.data?.events.map((event) => event.type) ?? []}
              value={draft.event}
              onChange={(event) => setDraft({ ...draft, event })}
              data-testid="happening-event"
              data-autofocus
            />
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <Text size="sm">
                {where && where.rules.length > 0 ? `Where ${explainRule(where)}` : 'Every such event.'}
              </Text>
              <Button size="xs" variant="light" onClick={() => setBuilding(true)} style={{ flex: 'none' }}>
                {where && where.rules.length > 0 ? 'Edit' : 'Add conditions'}
              </Button>
            </Group>
            <TextInput
              label="Only of the same key"
              description="For a loop that a customer is in several times: the property that tells them apart, as cart_id. May be left empty."
              value={draft.key ?? ''}
              onChange={(event) => {
                const { key: _key, ...rest } = draft;
                const key = event.currentTarget.value.trim();
                setDraft(key === '' ? rest : { ...rest, key });
              }}
            />
          </>
        ) : (
          <>
            <SegmentSelect
              label="Segment"
              value={draft.segment}
              onChange={(segment) => setDraft({ ...draft, segment: segment ?? '' })}
            />
            <Select
              label="When"
              data={[
                { value: 'entered', label: 'the customer comes into it' },
                { value: 'left', label: 'the customer goes out of it' },
              ]}
              value={draft.when}
              allowDeselect={false}
              onChange={(when) => setDraft({ ...draft, when: when === 'left' ? 'left' : 'entered' })}
            />
          </>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button disabled={!complete} onClick={() => onSave(draft)} data-testid="save-happening">
            Take it over
          </Button>
        </Group>
      </Stack>
      {building && draft.on === 'event' && (
        <Suspense>
          <RuleBuilder
            title={`Only where, of ${draft.event || 'the event'}`}
            rule={where}
            about={{ event: draft.event }}
            onClose={() => setBuilding(false)}
            onSave={(rule) => {
              setDraft({ ...draft, where: rule as unknown as Record<string, unknown> });
              setBuilding(false);
            }}
          />
        </Suspense>
      )}
    </Modal>
  );
}
