import { Container, Group, Tabs, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ListsTab } from './ListsTab.tsx';
import { SegmentsTab } from './SegmentsTab.tsx';
import type { Tab } from './tabs.ts';
import { TypologiesTab } from './typology/TypologiesTab.tsx';

/** The named groups of customers that loops and rules refer to: those that a rule makes, and those that somebody lists. */
export function SegmentsPage() {
  useDocumentTitle('Segments · OSICAM');
  const { tab = 'segments' } = useSearch({ from: '/segments' });
  const navigate = useNavigate();
  return (
    <Container size="lg" py="xl">
      <Group justify="space-between" align="flex-end" mb="md">
        <div>
          <Title order={1}>Segments</Title>
          <Text size="sm" c="var(--ink-soft)" mt={2}>
            Named groups of customers. A rule says who is in one, so they change by themselves.
          </Text>
        </div>
      </Group>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(to) => void navigate({ to: '/segments', search: to === 'segments' ? {} : { tab: to as Tab } })}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="segments">Segments</Tabs.Tab>
          <Tabs.Tab value="lists">Lists</Tabs.Tab>
          <Tabs.Tab value="typologies">Typologies</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="segments">
          <SegmentsTab />
        </Tabs.Panel>
        <Tabs.Panel value="lists">
          <ListsTab />
        </Tabs.Panel>
        <Tabs.Panel value="typologies">
          <TypologiesTab />
        </Tabs.Panel>
      </Tabs>
    </Container>
  );
}
