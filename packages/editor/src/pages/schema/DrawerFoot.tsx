import { Alert, Button, Group } from '@mantine/core';
import classes from './Schema.module.css';

interface Props {
  /** What the server refused. */
  error: Error | null;
  /** What is known of it by now; nothing where it is being declared for the first time. */
  known: { seenAt: string | null; declared: boolean } | undefined;
  takeBack: { isPending: boolean; mutate: () => void };
  save: { isPending: boolean; mutate: () => void };
  disabled: boolean;
  onClose: () => void;
}

/** The foot of a declaration: taken back, left, or saved. */
export function DrawerFoot({ error, known, takeBack, save, disabled, onClose }: Props) {
  return (
    <>
      {error && (
        <Alert color="red" variant="light" role="alert">
          {error.message}
        </Alert>
      )}
      <Group justify="space-between" gap="xs" className={classes.actions ?? ''}>
        {known?.seenAt ? (
          <Button variant="subtle" color="gray" loading={takeBack.isPending} onClick={() => takeBack.mutate()}>
            {known.declared ? 'Back to inferred' : 'Forget'}
          </Button>
        ) : (
          <span />
        )}
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={save.isPending}
            disabled={disabled}
            onClick={() => save.mutate()}
            data-testid="save-declaration"
          >
            Save
          </Button>
        </Group>
      </Group>
    </>
  );
}
