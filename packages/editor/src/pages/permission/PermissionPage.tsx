import { Alert, Container, Skeleton, Tabs, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconLinkOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { permissionQuery } from '../../api/permission.ts';
import { Fault } from '../../ui/Fault.tsx';
import { plural } from '../../ui/format.ts';
import { PurposesForm } from './PurposesForm.tsx';
import { SuppressionsTab } from './SuppressionsTab.tsx';
import { TextsTab } from './TextsTab.tsx';

/** What people may be sent: what they are asked about, in which words, and whom nothing is sent to. */
export function PermissionPage() {
  useDocumentTitle('Permission · OSICAM');
  const { tab = 'purposes' } = useSearch({ from: '/permission' });
  const navigate = useNavigate();
  const state = useQuery({ ...permissionQuery, refetchOnWindowFocus: false });
  return (
    <Container size="md" py="xl">
      <Title order={1}>Permission</Title>
      <Text size="sm" c="var(--ink-soft)" mt={2} mb="lg">
        What people are asked whether they want it, in which words, and to which addresses nothing is sent.
        {state.data &&
          state.data.pending > 0 &&
          ` ${plural(state.data.pending, 'sign-up waits', 'sign-ups wait')} for a click.`}
      </Text>
      {state.data?.publicURL === null && (
        <Alert
          color="orange"
          variant="light"
          mb="md"
          icon={<IconLinkOff size={18} />}
          title="People cannot reach this installation yet"
          styles={{ label: { color: 'var(--ink)' } }}
          data-testid="no-public-url"
        >
          Mails have no links to unsubscribe, and nobody can confirm, until <code>publicURL</code> in osicam.config.json
          (or OSICAM_PUBLIC_URL) names the address at which it is reached from outside.
        </Alert>
      )}
      <Tabs
        value={tab}
        onChange={(next) =>
          void navigate({
            to: '/permission',
            search: next === 'texts' || next === 'suppressions' ? { tab: next } : {},
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="purposes">Purposes and forms</Tabs.Tab>
          <Tabs.Tab value="texts">Wordings</Tabs.Tab>
          <Tabs.Tab value="suppressions">Suppressed addresses</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="purposes">
          {state.isPending && <Skeleton h={320} radius="lg" aria-busy="true" />}
          {state.isError && <Fault error={state.error} retry={() => void state.refetch()} />}
          {state.data && (
            <PurposesForm
              key={JSON.stringify(state.data.policy)}
              stored={state.data.policy}
              publicURL={state.data.publicURL}
            />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="texts">{state.data && <TextsTab purposes={state.data.policy.purposes} />}</Tabs.Panel>
        <Tabs.Panel value="suppressions">
          <SuppressionsTab />
        </Tabs.Panel>
      </Tabs>
    </Container>
  );
}
