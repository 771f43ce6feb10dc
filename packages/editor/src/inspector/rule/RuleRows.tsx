import 'react-querybuilder/dist/query-builder-layout.css';
import './rule-builder.css';
import { Text } from '@mantine/core';
import { explainRule, type RuleGroup } from '@osicam/engine/rule';
import { QueryBuilderMantine } from '@react-querybuilder/mantine';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { QueryBuilder, type RuleGroupType } from 'react-querybuilder';
import type { Fields } from '../../api/contract.ts';
import { fieldsQuery } from '../../api/queries.ts';
import { listsQuery, segmentsQuery } from '../../api/segments.ts';
import { controls } from './controls.tsx';
import type { EventRowsType } from './FigureEditor.tsx';
import { allOperators, eventProperties, type FieldGroup } from './field-parts.ts';
import { customerFields, eventFields } from './rule-fields.ts';
import { emptyRule, tidyRule, toRows } from './tidy-rule.ts';
import { useRuleLabels } from './use-rule-labels.ts';

interface Props {
  rule: RuleGroup | undefined;
  /** The event that the rule is about; without it the rule is about customers. */
  about: { event: string | undefined } | undefined;
  /** The segment that this rule makes, which it cannot ask about. */
  without?: string | undefined;
  /** Told of the rule whenever it changes. */
  onChange?: (rule: RuleGroup) => void;
  /** What stands below the rows, given the rule as it is now. */
  children?: (rule: RuleGroup) => ReactNode;
}

const nothing: Fields = { traits: [], events: [] };

/** A rule in words and as rows. */
export function RuleRows({ rule = emptyRule, about, without, onChange, children }: Props) {
  const fields = useQuery(fieldsQuery);
  const segments = useQuery(segmentsQuery);
  const lists = useQuery(listsQuery);
  const labels = useRuleLabels();
  const known = fields.data ?? nothing;
  const [query, setQuery] = useState(() => toRows(rule) as unknown as RuleGroupType);
  const options = useMemo(
    () =>
      about
        ? eventFields(known, about.event, rule)
        : customerFields(known, rule, {
            segments: segments.data?.filter(({ id }) => id !== without) ?? [],
            lists: lists.data ?? [],
          }),
    [known, about, rule, segments.data, lists.data, without],
  );
  const counting = useMemo(
    () =>
      new Set(options.flatMap((group) => group.options.filter((field) => field.matchModes).map((field) => field.name))),
    [options],
  );
  const tidied = tidyRule(query as unknown as RuleGroup, counting);
  if (fields.isPending || segments.isPending || lists.isPending)
    return <Text size="sm">Looking up what is known of customers…</Text>;
  return (
    <>
      <Text size="sm" mb="md" className="rule-words" data-testid="rule-words">
        {tidied.rules.length === 0 ? (about ? 'Every such event.' : 'Everybody.') : explainRule(tidied, labels)}
      </Text>
      {options.every((group) => group.options.length === 0) ? (
        <Text size="sm" c="var(--ink-soft)">
          Nothing is known of customers yet. Import some first; then their traits and events can be asked here.
        </Text>
      ) : (
        <Rows
          fields={options}
          query={query}
          onChange={(changed) => {
            setQuery(changed);
            onChange?.(tidyRule(changed as unknown as RuleGroup, counting));
          }}
        />
      )}
      {children?.(tidied)}
    </>
  );
}

interface RowsProps {
  fields: FieldGroup[];
  query: RuleGroupType;
  onChange: (query: RuleGroupType) => void;
}

const Rows = ({ fields, query, onChange }: RowsProps) => (
  <QueryBuilderMantine>
    <QueryBuilder
      fields={fields}
      operators={allOperators}
      query={query}
      onQueryChange={onChange}
      controlElements={controls}
      context={inside}
      translations={words}
      showNotToggle
      listsAsArrays
      parseNumbers="strict-limited"
      resetOnFieldChange
      controlClassnames={{ queryBuilder: 'rule-rows' }}
    />
  </QueryBuilderMantine>
);

/** Conditions on the events that a figure is taken of. */
const EventRows: EventRowsType = ({ properties, rule, onChange }) => {
  const fields = useMemo(() => [{ label: 'Event', options: eventProperties({ properties }) }], [properties]);
  return (
    <Rows
      fields={fields}
      query={rule as unknown as RuleGroupType}
      onChange={(query) => onChange(query as unknown as RuleGroup)}
    />
  );
};
const inside = { EventRows };

const words = {
  addRule: { label: '+ Condition', title: 'Add a condition' },
  addGroup: { label: '+ Group', title: 'Add a group of conditions' },
  removeRule: { label: '×', title: 'Remove this condition' },
  removeGroup: { label: '×', title: 'Remove this group' },
  notToggle: { label: 'not', title: 'Turn the group round' },
  fields: { title: 'What is asked', placeholderLabel: 'Choose', placeholderGroupLabel: 'Choose' },
  matchThreshold: { title: 'How often' },
};
