import { Anchor, Container, Tabs, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { DecidedTab } from './DecidedTab.tsx';
import { PolicyTab } from './PolicyTab.tsx';
import { ReviewTab } from './ReviewTab.tsx';
import type { IdentityTab } from './tabs.ts';

/** Who is who: customers who may be one, what was decided of others, and what decides by itself. */
export function IdentityPage() {
  useDocumentTitle('Duplicates · OSICAM');
  const { tab = 'review' } = useSearch({ from: '/identity' });
  const navigate = useNavigate();
  return (
    <Container size="lg" py="xl">
      <Text size="sm" c="var(--ink-soft)">
        <Anchor component={Link} to="/customers" size="sm">
          Customers
        </Anchor>{' '}
        /
      </Text>
      <Title order={1}>Duplicates</Title>
      <Text size="sm" c="var(--ink-soft)" mt={2} mb="md">
        Customers who may be one person. Those who are certain are merged by themselves; these are for you to decide.
      </Text>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(to) => void navigate({ to: '/identity', search: to === 'review' ? {} : { tab: to as IdentityTab } })}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="review">To decide</Tabs.Tab>
          <Tabs.Tab value="decided">Decided</Tabs.Tab>
          <Tabs.Tab value="policy">Policy</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="review">
          <ReviewTab />
        </Tabs.Panel>
        <Tabs.Panel value="decided">
          <DecidedTab />
        </Tabs.Panel>
        <Tabs.Panel value="policy">
          <PolicyTab />
        </Tabs.Panel>
      </Tabs>
    </Container>
  );
}
