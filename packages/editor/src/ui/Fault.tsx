import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { ApiError } from '../api/client.ts';

interface Props {
  error: unknown;
  retry?: () => void;
  title?: string;
}

const advice = (error: unknown): string | undefined => {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 0) return 'Start it again with npm start in the project folder; this page goes on by itself.';
  if (error.status === 404) return 'It may have been deleted, or the address is mistyped.';
  if (error.status === 403) return 'Your account may not do this. Ask somebody who runs this installation.';
  if (error.status === 429) return 'Too many calls in a short time. Wait a minute, then try again.';
  if (error.status >= 500) return 'This is a fault of the server. Its terminal shows the reason.';
  return undefined;
};

/** What went wrong and what to do about it. */
export function Fault({ error, retry, title = 'This could not be loaded' }: Props) {
  const hint = advice(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title} data-testid="fault">
      <Text size="sm">{error instanceof Error ? error.message : String(error)}</Text>
      {hint && (
        <Text size="sm" c="var(--ink-soft)" mt={4}>
          {hint}
        </Text>
      )}
      {retry && (
        <Group mt="sm">
          <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={retry}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
