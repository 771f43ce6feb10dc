import 'react-querybuilder/dist/query-builder-layout.css';
import './rule-builder.css';
import { Text } from '@mantine/core';
import { explainRule, type RuleGroup } from '@osicam/engine/rule';
import { QueryBuilderMantine } from '@react-querybuilder/mantine';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { QueryBuilder, type RuleGroupType } from 'react-querybuilder';
import type { Fields } from '../../api/contract.ts';
import { fieldsQuery, segmentsQuery } from '../../api/queries.ts';
import { controls } from './controls.tsx';
import { allOperators, customerFields, eventFields } from './rule-fields.ts';
import { emptyRule, tidyRule } from './tidy-rule.ts';

interface Props {
  rule: RuleGroup | undefined;
  /** The event that the rule is about; without it the rule is about customers. */
  about: { event: string | undefined } | undefined;
  /** The segment that this rule makes, which it cannot ask about. */
  without?: string | undefined;
  /** What stands below the rows, given the rule as it is now. */
  children: (rule: RuleGroup) => ReactNode;
}

const nothing: Fields = { traits: [], events: [] };

/** A rule in words and as rows. */
export function RuleRows({ rule = emptyRule, about, without, children }: Props) {
  const fields = useQuery(fieldsQuery);
  const segments = useQuery(segmentsQuery);
  const known = fields.data ?? nothing;
  const [query, setQuery] = useState<RuleGroupType>(() => structuredClone(rule) as unknown as RuleGroupType);
  const options = useMemo(
    () =>
      about
        ? eventFields(known, about.event, rule)
        : customerFields(known, rule, segments.data?.filter(({ id }) => id !== without) ?? []),
    [known, about, rule, segments.data, without],
  );
  const events = useMemo(
    () =>
      new Set(options.flatMap((group) => group.options.filter((field) => field.matchModes).map((field) => field.name))),
    [options],
  );
  const tidied = tidyRule(query as unknown as RuleGroup, events);
  if (fields.isPending || segments.isPending) return <Text size="sm">Looking up what is known of customers…</Text>;
  return (
    <>
      <Text size="sm" mb="md" className="rule-words" data-testid="rule-words">
        {tidied.rules.length === 0 ? (about ? 'Every such event.' : 'Everybody.') : explainRule(tidied)}
      </Text>
      {options.every((group) => group.options.length === 0) ? (
        <Text size="sm" c="var(--ink-soft)">
          Nothing is known of customers yet. Import some first; then their traits and events can be asked here.
        </Text>
      ) : (
        <QueryBuilderMantine>
          <QueryBuilder
            fields={options}
            operators={allOperators}
            query={query}
            onQueryChange={setQuery}
            controlElements={controls}
            translations={words}
            showNotToggle
            listsAsArrays
            parseNumbers="strict-limited"
            resetOnFieldChange
            controlClassnames={{ queryBuilder: 'rule-rows' }}
          />
        </QueryBuilderMantine>
      )}
      {children(tidied)}
    </>
  );
}

const words = {
  addRule: { label: '+ Condition', title: 'Add a condition' },
  addGroup: { label: '+ Group', title: 'Add a group of conditions' },
  removeRule: { label: '×', title: 'Remove this condition' },
  removeGroup: { label: '×', title: 'Remove this group' },
  notToggle: { label: 'not', title: 'Turn the group round' },
  fields: { title: 'What is asked', placeholderLabel: 'Choose', placeholderGroupLabel: 'Choose' },
  matchThreshold: { title: 'How often' },
};
