import { Container, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { HooksCard } from './HooksCard.tsx';
import { PolicyCard } from './PolicyCard.tsx';
import { TokensCard } from './TokensCard.tsx';

/** What holds for all loops of this installation. */
export function SettingsPage() {
  useDocumentTitle('Settings · OSICAM');
  return (
    <Container size="md" py="xl">
      <Title order={1}>Settings</Title>
      <Text size="sm" c="var(--ink-soft)" mt={2} mb="lg">
        What holds for every loop of this installation.
      </Text>
      <Stack gap="md">
        <PolicyCard />
        <HooksCard />
        <TokensCard />
      </Stack>
    </Container>
  );
}
