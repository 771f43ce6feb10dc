import 'react-querybuilder/dist/query-builder-layout.css';
import './rule-builder.css';
import { Button, Group, Modal, Text } from '@mantine/core';
import { explainRule, type RuleGroup } from '@osicam/engine/rule';
import { QueryBuilderMantine } from '@react-querybuilder/mantine';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { QueryBuilder, type RuleGroupType } from 'react-querybuilder';
import type { Fields } from '../../api/contract.ts';
import { fieldsQuery } from '../../api/queries.ts';
import { controls } from './controls.tsx';
import { allOperators, customerFields, eventFields } from './rule-fields.ts';
import { emptyRule, tidyRule } from './tidy-rule.ts';

interface Props {
  title: string;
  rule: RuleGroup | undefined;
  /** The event that the rule is about; without it the rule is about customers. */
  about: { event: string | undefined } | undefined;
  onSave: (rule: RuleGroup) => void;
  onClose: () => void;
}

const nothing: Fields = { traits: [], events: [] };

/** A rule in words and as rows. It is taken over as a whole, so that a rule in the middle of being typed never runs. */
export function RuleBuilder({ title, rule, about, onSave, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} title={title} size={880} data-testid="rule-builder">
      <Rows rule={rule ?? emptyRule} about={about} onSave={onSave} onClose={onClose} />
    </Modal>
  );
}

function Rows({ rule, about, onSave, onClose }: Omit<Props, 'title' | 'rule'> & { rule: RuleGroup }) {
  const fields = useQuery(fieldsQuery);
  const known = fields.data ?? nothing;
  const [query, setQuery] = useState<RuleGroupType>(() => structuredClone(rule) as unknown as RuleGroupType);
  const options = useMemo(
    () => (about ? eventFields(known, about.event, rule) : customerFields(known, rule)),
    [known, about, rule],
  );
  const events = useMemo(
    () =>
      new Set(options.flatMap((group) => group.options.filter((field) => field.matchModes).map((field) => field.name))),
    [options],
  );
  const tidied = tidyRule(query as unknown as RuleGroup, events);
  if (fields.isPending) return <Text size="sm">Looking up what is known of customers…</Text>;
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
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={() => onSave(tidied)} data-testid="rule-save">
          Use this rule
        </Button>
      </Group>
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
