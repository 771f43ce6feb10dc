import { NumberInput, Radio, Select, Stack, Text } from '@mantine/core';
import type { RuleGroup } from '@osicam/engine/rule';
import { useState } from 'react';
import type { Fields } from '../../../api/contract.ts';
import type { Feature, TypologySettings } from '../../../api/typologies.ts';
import { RuleRows } from '../../../inspector/rule/RuleRows.tsx';
import { emptyRule } from '../../../inspector/rule/tidy-rule.ts';
import { FeatureChoice } from './FeatureChoice.tsx';
import { isAmount, offeredFigures, offeredTraits } from './features.ts';
import { methods } from './methods.ts';

interface Props {
  fields: Fields;
  initial: TypologySettings | undefined;
  /** Told of settings that can be worked with; undefined while something is missing. */
  onChange: (settings: TypologySettings | undefined) => void;
}

interface Form {
  method: TypologySettings['method'];
  event: string | undefined;
  property: string | undefined;
  chosen: ReadonlySet<string>;
  groups: number | undefined;
  target: RuleGroup;
}

/** How customers are to be divided. */
export function TypologyForm({ fields, initial, onChange }: Props) {
  const traits = offeredTraits(fields);
  const figures = offeredFigures(fields);
  const offered = [...traits, ...figures];
  const [form, setForm] = useState<Form>(() => begin(fields, offered, initial));
  const change = (some: Partial<Form>) => {
    const next = { ...form, ...some };
    setForm(next);
    onChange(settingsOf(next, offered));
  };
  const properties = fields.events.find(({ type }) => type === form.event)?.properties ?? [];
  return (
    <Stack gap="md">
      <Radio.Group value={form.method} onChange={(method) => change({ method: method as Form['method'] })}>
        <Stack gap="xs">
          {Object.entries(methods).map(([method, { title, means }]) => (
            <Radio key={method} value={method} label={title} description={means} data-testid={`method-${method}`} />
          ))}
        </Stack>
      </Radio.Group>
      {form.method === 'rfm' ? (
        <Stack gap="md">
          <Select
            label="Which event"
            description="What customers do again and again, as an order."
            data={fields.events.map(({ type, label = type }) => ({ value: type, label }))}
            searchable
            value={form.event ?? null}
            onChange={(event) => change({ event: event ?? undefined, property: undefined })}
          />
          <Select
            label="What it is worth"
            description="A property to be added up for the profile; may be left out."
            data={properties}
            clearable
            value={form.property ?? null}
            onChange={(property) => change({ property: property ?? undefined })}
          />
        </Stack>
      ) : (
        <FeatureChoice
          groups={[
            { label: 'Traits', offered: traits },
            { label: 'Figures of events', offered: figures },
          ]}
          chosen={form.chosen}
          onChange={(chosen) => change({ chosen })}
        />
      )}
      {form.method === 'kmeans' && (
        <NumberInput
          label="How many groups"
          description="Left empty, as many as fit the data best."
          min={2}
          max={12}
          w={220}
          value={form.groups ?? ''}
          onChange={(groups) => change({ groups: typeof groups === 'number' ? groups : undefined })}
        />
      )}
      {form.method === 'tree' && (
        <div>
          <Text size="sm" fw={560} mb={6}>
            What may hold for a customer
          </Text>
          <RuleRows rule={form.target} about={undefined} onChange={(target) => change({ target })} />
        </div>
      )}
    </Stack>
  );
}

function begin(fields: Fields, offered: ReturnType<typeof offeredTraits>, initial: TypologySettings | undefined): Form {
  const event = fields.events.find(({ category }) => category === 'order') ?? fields.events[0];
  const form: Form = {
    method: initial?.method ?? (event ? 'rfm' : 'kmeans'),
    event: event?.type,
    property: event?.properties.find((name) => isAmount(name)),
    chosen: new Set(offered.filter(({ usual }) => usual).map(({ key }) => key)),
    groups: undefined,
    target: emptyRule,
  };
  if (!initial) return form;
  if (initial.method === 'rfm') return { ...form, event: initial.event, property: initial.property };
  const chosen = new Set(
    offered.filter(({ feature }) => initial.features.some((known) => same(known, feature))).map(({ key }) => key),
  );
  return initial.method === 'kmeans'
    ? { ...form, chosen, groups: initial.groups }
    : { ...form, chosen, target: initial.target };
}

const same = (a: Feature, b: Feature): boolean =>
  a.kind === 'trait' || b.kind === 'trait'
    ? a.kind === b.kind && 'name' in a && 'name' in b && a.name === b.name
    : a.event === b.event && a.figure === b.figure && a.property === b.property;

export function settingsOf(
  { method, event, property, chosen, groups, target }: Form,
  offered: ReturnType<typeof offeredTraits>,
): TypologySettings | undefined {
  if (method === 'rfm') return event ? { method, event, ...(property ? { property } : {}) } : undefined;
  const features = offered.filter(({ key }) => chosen.has(key)).map(({ feature }) => feature);
  if (features.length === 0 || features.length > 100) return undefined;
  if (method === 'kmeans') return { method, features, ...(groups ? { groups } : {}) };
  return target.rules.length > 0 ? { method, features, target } : undefined;
}

/** What the form begins with, so that it can be worked out at once. */
export const initialSettings = (
  fields: Fields,
  initial: TypologySettings | undefined,
): TypologySettings | undefined => {
  const offered = [...offeredTraits(fields), ...offeredFigures(fields)];
  return settingsOf(begin(fields, offered, initial), offered);
};
