import {
  ActionIcon,
  Alert,
  Button,
  Card,
  Container,
  Group,
  Skeleton,
  Tabs,
  Text,
  TextInput,
  Title,
  Tooltip,
} from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { RuleGroup } from '@osicam/engine/rule';
import { IconChevronLeft, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { type Segment, segmentQuery, segmentsQuery } from '../../api/segments.ts';
import { freeName, slug } from '../../document/names.ts';
import { RuleRows } from '../../inspector/rule/RuleRows.tsx';
import { emptyRule } from '../../inspector/rule/tidy-rule.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatNumber } from '../../ui/format.ts';
import { DeleteSegment } from './DeleteSegment.tsx';
import { MembersTable } from './MembersTable.tsx';
import { OverlapList } from './OverlapList.tsx';
import { PreviewCard } from './PreviewCard.tsx';
import classes from './Segment.module.css';
import { UsesList } from './UsesList.tsx';

/** One segment: its rule, whom it selects while one writes, who is in it, and what it has to do with others. */
export function SegmentPage() {
  const { segmentId } = useParams({ from: '/segments/$segmentId' });
  const segment = useQuery(segmentQuery(segmentId));
  useDocumentTitle(`${segment.data?.name ?? 'Segment'} · OSICAM`);
  return (
    <Container size="xl" py="xl">
      {segment.isPending && <Skeleton h={320} aria-busy="true" />}
      {segment.isError && <Fault error={segment.error} retry={() => void segment.refetch()} />}
      {segment.data && <SegmentEditor key={segment.data.id} segment={segment.data} />}
    </Container>
  );
}

/** A segment that is not there yet. */
export function NewSegmentPage() {
  useDocumentTitle('New segment · OSICAM');
  return (
    <Container size="xl" py="xl">
      <SegmentEditor segment={undefined} />
    </Container>
  );
}

function SegmentEditor({ segment }: { segment: Segment | undefined }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const segments = useQuery(segmentsQuery);
  const stored = (segment?.rule as RuleGroup | undefined) ?? emptyRule;
  const [name, setName] = useState(segment?.name ?? '');
  const [rule, setRule] = useState<RuleGroup>(stored);
  const [deleting, setDeleting] = useState(false);
  const taken = new Set(segments.data?.map(({ id }) => id));
  const id = segment?.id ?? freeName(slug(name).slice(0, 60) || 'segment', taken);
  const changed =
    segment === undefined || name.trim() !== segment.name || JSON.stringify(rule) !== JSON.stringify(stored);
  const save = useMutation({
    mutationFn: () =>
      api<Segment>(`/api/segments/${encodeURIComponent(id)}`, { method: 'PUT', json: { name: name.trim(), rule } }),
    onSuccess: async (saved) => {
      client.setQueryData(segmentQuery(saved.id).queryKey, saved);
      await client.invalidateQueries({ queryKey: ['segments'] });
      // Whether a loop is sound may hang on it.
      void client.invalidateQueries({ queryKey: ['validate'] });
      notifications.show({ message: `${saved.name} is saved; who is in it follows at once.`, color: 'teal' });
      if (!segment) await navigate({ to: '/segments/$segmentId', params: { segmentId: saved.id }, replace: true });
    },
  });
  return (
    <>
      <Link to="/segments" className={classes.back}>
        <IconChevronLeft size={15} /> Segments
      </Link>
      <Group justify="space-between" align="flex-end" mb="lg" gap="md">
        <div className={classes.heading}>
          <Title order={1} className={classes.title}>
            {segment ? segment.name : 'New segment'}
          </Title>
          <Text size="xs" c="var(--ink-soft)" mt={2}>
            {segment || name.trim() !== '' ? (
              <>
                <code>{id}</code>
                {segment?.typology && ' · a group of a typology'}
              </>
            ) : (
              'A name and a rule; who is in it follows by itself.'
            )}
          </Text>
        </div>
        <Group gap="xs">
          {segment && (
            <Tooltip label="Delete">
              <ActionIcon
                variant="default"
                size={36}
                aria-label={`Delete ${segment.name}`}
                onClick={() => setDeleting(true)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          )}
          <Button
            disabled={name.trim() === '' || rule.rules.length === 0 || !changed || segments.isPending}
            loading={save.isPending}
            onClick={() => save.mutate()}
            data-testid="save-segment"
          >
            {segment ? 'Save' : 'Create'}
          </Button>
        </Group>
      </Group>
      {save.isError && (
        <Alert color="red" variant="light" role="alert" mb="md" title="It was not saved">
          {save.error.message}
        </Alert>
      )}
      <div className={classes.columns}>
        <div className={classes.main}>
          <Card>
            <TextInput
              label="Name"
              placeholder="At risk"
              required
              maw={420}
              maxLength={200}
              mb="lg"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              data-testid="segment-name"
            />
            <Text size="sm" fw={560} mb={6}>
              Who is in it
            </Text>
            <RuleRows rule={stored} about={undefined} without={segment?.id} onChange={setRule} />
          </Card>
          {segment && (
            <Card mt="md">
              <Tabs defaultValue="members" keepMounted={false}>
                <Tabs.List mb="md">
                  <Tabs.Tab value="members">
                    In it now{' '}
                    {segment.count !== null && <span className="soft tabular">{formatNumber(segment.count)}</span>}
                  </Tabs.Tab>
                  <Tabs.Tab value="overlap">Overlap</Tabs.Tab>
                  <Tabs.Tab value="uses">
                    Used by{' '}
                    <span className="soft tabular">{segment.uses.loops.length + segment.uses.segments.length}</span>
                  </Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="members">
                  <MembersTable segment={segment} />
                </Tabs.Panel>
                <Tabs.Panel value="overlap">
                  <OverlapList segment={segment} />
                </Tabs.Panel>
                <Tabs.Panel value="uses">
                  <UsesList segment={segment} />
                </Tabs.Panel>
              </Tabs>
            </Card>
          )}
        </div>
        <PreviewCard rule={rule} segment={segment?.id} />
      </div>
      {segment && (
        <DeleteSegment
          segment={deleting ? segment : undefined}
          onClose={() => setDeleting(false)}
          onDeleted={() => void navigate({ to: '/segments' })}
        />
      )}
    </>
  );
}
