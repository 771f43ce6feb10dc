import { Button, Card, Group, Skeleton, Text } from '@mantine/core';
import { IconChartDots3, IconPlus, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { segmentsQuery } from '../../../api/segments.ts';
import { type Typology, typologiesQuery } from '../../../api/typologies.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Fault } from '../../../ui/Fault.tsx';
import { formatDateTime, formatNumber, formatPercent, plural } from '../../../ui/format.ts';
import { GroupProfile } from './GroupProfile.tsx';
import { methods } from './methods.ts';
import { TypologyDialog } from './TypologyDialog.tsx';
import classes from './Typology.module.css';

/** Divisions of all customers into groups, worked out from what is known of them: what to talk about before one draws a loop. */
export function TypologiesTab() {
  const typologies = useQuery(typologiesQuery);
  const [editing, setEditing] = useState<Typology | 'new'>();
  const none = typologies.data?.length === 0;
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEditing('new')} data-testid="create-typology">
      New typology
    </Button>
  );
  return (
    <>
      {typologies.isPending && <Skeleton h={160} aria-busy="true" />}
      {typologies.isError && <Fault error={typologies.error} retry={() => void typologies.refetch()} />}
      {none && (
        <EmptyState icon={<IconChartDots3 size={24} />} title="No typologies yet" action={create}>
          A typology divides all customers into a few groups: by when and how often they bought, by what they have in
          common, or by what goes with an outcome. Each group becomes a segment with a rule that you can read.
        </EmptyState>
      )}
      {typologies.data && !none && (
        <>
          <Group justify="space-between" mb="sm">
            <Text size="sm" c="var(--ink-soft)">
              {plural(typologies.data.length, 'typology', 'typologies')}
            </Text>
            {create}
          </Group>
          {typologies.data.map((typology) => (
            <TypologyCard key={typology.id} typology={typology} onRedo={() => setEditing(typology)} />
          ))}
        </>
      )}
      {editing && (
        <TypologyDialog typology={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />
      )}
    </>
  );
}

function TypologyCard({ typology, onRedo }: { typology: Typology; onRedo: () => void }) {
  const client = useQueryClient();
  const segments = useQuery({ ...segmentsQuery, refetchInterval: 5_000 });
  const remove = useMutation({
    mutationFn: () => api(`/api/typologies/${encodeURIComponent(typology.id)}`, { method: 'DELETE' }),
    onSettled: () =>
      Promise.all(['typologies', 'segments'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  return (
    <Card mb="md" data-testid={`typology-${typology.id}`}>
      <Group justify="space-between" align="flex-start" mb="sm" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Text fw={620} style={{ overflowWrap: 'anywhere' }}>
            {typology.name}
          </Text>
          <Text size="xs" c="var(--ink-soft)">
            {methods[typology.settings.method].title} · {plural(typology.groups.length, 'group')} · worked out{' '}
            {formatDateTime(typology.madeAt)} from {plural(typology.customers, 'customer')}
            {typology.target !== undefined && ` · the rule holds for ${formatPercent(typology.target)} of all`}
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={onRedo}>
            Work out anew
          </Button>
          <Button size="xs" variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Forget
          </Button>
        </Group>
      </Group>
      <div className={classes.groups}>
        {typology.groups.map((group) => {
          const live = segments.data?.find(({ id }) => id === group.segment);
          return (
            <GroupProfile
              key={group.segment}
              group={group}
              heading={
                live ? (
                  <Link to="/segments/$segmentId" params={{ segmentId: group.segment }} className={classes.name}>
                    {group.name}
                  </Link>
                ) : (
                  <span className={classes.name}>{group.name}</span>
                )
              }
              size={live?.count == null ? undefined : `${formatNumber(live.count)} now`}
            />
          );
        })}
      </div>
    </Card>
  );
}
