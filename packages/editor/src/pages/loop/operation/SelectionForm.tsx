import { Button, Group, SegmentedControl, Select, Stack, Text, Textarea } from '@mantine/core';
import { explainRule } from '@osicam/engine/rule';
import { IconFilterEdit } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { LoopStatus, Selection } from '../../../api/operation.ts';

const RuleBuilder = lazy(() =>
  import('../../../inspector/rule/RuleBuilder.tsx').then((module) => ({ default: module.RuleBuilder })),
);

type By = 'all' | 'node' | 'rule' | 'keys';
const ways: { value: By; label: string }[] = [
  { value: 'all', label: 'Everybody' },
  { value: 'node', label: 'At a node' },
  { value: 'rule', label: 'By a rule' },
  { value: 'keys', label: 'By name' },
];

interface Props {
  status: LoopStatus;
  /** Only nodes where somebody is parked. */
  parked: boolean;
  onChange: (selection: Selection | undefined) => void;
}

/** Who is meant. Undefined as long as it names nobody. */
export function SelectionForm({ status, parked, onChange }: Props) {
  const [by, setBy] = useState<By>('all');
  const [node, setNode] = useState<string | null>(null);
  const [keys, setKeys] = useState('');
  const [rule, setRule] = useState<Selection['rule']>();
  const [building, setBuilding] = useState(false);
  const nodes = [
    ...new Map(
      status.nodes
        .filter((each) => (parked ? each.parked : each.waiting + each.parked) > 0)
        .map((each) => [each.node, { value: each.node, label: each.label || each.node }]),
    ).values(),
  ];
  const change = (next: { by?: By; node?: string | null; keys?: string; rule?: Selection['rule'] }) => {
    const now = { by, node, keys, rule, ...next };
    if (next.by) setBy(next.by);
    if (next.node !== undefined) setNode(next.node);
    if (next.keys !== undefined) setKeys(next.keys);
    if (next.rule) setRule(next.rule);
    const identities = readKeys(now.keys);
    onChange(
      now.by === 'all'
        ? { all: true }
        : now.by === 'node'
          ? now.node
            ? { node: now.node }
            : undefined
          : now.by === 'rule'
            ? now.rule && { rule: now.rule }
            : identities.length > 0
              ? { identities }
              : undefined,
    );
  };
  return (
    <Stack gap="xs">
      <SegmentedControl
        data={ways}
        value={by}
        onChange={(value) => change({ by: value as By })}
        aria-label="Who is meant"
      />
      {by === 'node' && (
        <Select
          label="Node"
          placeholder={nodes.length === 0 ? 'Nobody stands at any node' : 'Choose a node'}
          data={nodes}
          value={node}
          onChange={(value) => change({ node: value })}
          data-testid="selection-node"
        />
      )}
      {by === 'rule' && (
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Text size="sm">{rule ? explainRule(rule) : 'No conditions yet, so nobody is meant.'}</Text>
          <Button
            size="xs"
            variant="light"
            leftSection={<IconFilterEdit size={14} />}
            onClick={() => setBuilding(true)}
            style={{ flex: 'none' }}
          >
            {rule ? 'Edit' : 'Add conditions'}
          </Button>
        </Group>
      )}
      {by === 'keys' && (
        <Textarea
          label="Customers"
          description="One a line: an e-mail address, or a kind of key and its value, as userId=4711."
          placeholder={'ana@example.com\nuserId=4711'}
          autosize
          minRows={2}
          maxRows={8}
          value={keys}
          onChange={(event) => change({ keys: event.currentTarget.value })}
          data-testid="selection-keys"
        />
      )}
      {building && (
        <Suspense>
          <RuleBuilder
            title="Who is meant"
            rule={rule}
            about={undefined}
            onClose={() => setBuilding(false)}
            onSave={(saved) => {
              change({ rule: saved });
              setBuilding(false);
            }}
          />
        </Suspense>
      )}
    </Stack>
  );
}

const readKeys = (text: string): { kind: string; value: string }[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, kind, value] = /^([\w-]+)=(.+)$/.exec(line) ?? [];
      return kind && value ? { kind, value } : { kind: 'email', value: line };
    });
