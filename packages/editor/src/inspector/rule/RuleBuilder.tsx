import { Button, Group, Modal } from '@mantine/core';
import type { RuleGroup } from '@osicam/engine/rule';
import { RuleRows } from './RuleRows.tsx';

interface Props {
  title: string;
  rule: RuleGroup | undefined;
  /** The event that the rule is about; without it the rule is about customers. */
  about: { event: string | undefined } | undefined;
  onSave: (rule: RuleGroup) => void;
  onClose: () => void;
}

/** A rule in a dialog. It is taken over as a whole, so that a rule in the middle of being typed never runs. */
export function RuleBuilder({ title, rule, about, onSave, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} title={title} size={880} data-testid="rule-builder">
      <RuleRows rule={rule} about={about}>
        {(tidied) => (
          <Group justify="flex-end" gap="xs" mt="lg">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button onClick={() => onSave(tidied)} data-testid="rule-save">
              Use this rule
            </Button>
          </Group>
        )}
      </RuleRows>
    </Modal>
  );
}
