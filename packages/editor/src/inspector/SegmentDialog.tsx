import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import type { RuleGroup } from '@osicam/engine/rule';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.ts';
import type { Segment } from '../api/segments.ts';
import { segmentsQuery } from '../api/segments.ts';
import { freeName, slug } from '../document/names.ts';
import { PreviewLine } from './rule/PreviewLine.tsx';
import { RuleRows } from './rule/RuleRows.tsx';

interface Props {
  /** The one to change; without it a new one is made. */
  segment: Segment | undefined;
  onClose: () => void;
  onSaved: (segment: Segment) => void;
}

/** A name, and the rule that says who is in it. */
export function SegmentDialog({ segment, onClose, onSaved }: Props) {
  const client = useQueryClient();
  const segments = useQuery(segmentsQuery);
  const [name, setName] = useState(segment?.name ?? '');
  const taken = new Set(segments.data?.map(({ id }) => id));
  const id = segment?.id ?? freeName(slug(name).slice(0, 60) || 'segment', taken);
  const save = useMutation({
    mutationFn: (rule: RuleGroup) =>
      api<Segment>(`/api/segments/${encodeURIComponent(id)}`, { method: 'PUT', json: { name: name.trim(), rule } }),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['segments'] });
      // Whether a loop is sound may hang on it.
      void client.invalidateQueries({ queryKey: ['validate'] });
      onSaved(saved);
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={segment ? 'Change the segment' : 'New segment'}
      size={880}
      data-testid="segment-dialog"
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          placeholder="At risk"
          data-autofocus
          required
          maw={420}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-testid="segment-name"
        />
        {name.trim() !== '' && (
          <Text size="xs" c="var(--ink-soft)" mt={-10}>
            Its id, for rules and the API: <code>{id}</code>
          </Text>
        )}
        <div>
          <Text size="sm" fw={560} mb={6}>
            Who is in it
          </Text>
          <RuleRows rule={segment?.rule as RuleGroup | undefined} about={undefined} without={segment?.id}>
            {(rule) => (
              <>
                <PreviewLine rule={rule} segment={segment?.id} />
                {save.isError && (
                  <Alert color="red" variant="light" role="alert" mt="md">
                    {save.error.message}
                  </Alert>
                )}
                <Group justify="flex-end" gap="xs" mt="lg">
                  {rule.rules.length === 0 && (
                    <Text size="sm" c="var(--ink-soft)" mr="auto">
                      Add a condition: a segment is some of the customers.
                    </Text>
                  )}
                  <Button variant="default" onClick={onClose}>
                    Cancel
                  </Button>
                  <Button
                    disabled={name.trim() === '' || segments.isPending || rule.rules.length === 0}
                    loading={save.isPending}
                    onClick={() => save.mutate(rule)}
                    data-testid="save-segment"
                  >
                    {segment ? 'Save' : 'Create'}
                  </Button>
                </Group>
              </>
            )}
          </RuleRows>
        </div>
      </Stack>
    </Modal>
  );
}
