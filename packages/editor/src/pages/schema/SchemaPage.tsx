import {
  Alert,
  Badge,
  Button,
  Container,
  Group,
  Menu,
  Skeleton,
  Switch,
  Tabs,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconBolt, IconDatabase, IconPlus, IconSearch, IconTag } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { type Attribute, type CustomerSchema, type EventType, type Place, schemaQuery } from '../../api/schema.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatNumber, plural } from '../../ui/format.ts';
import { categoryInfos } from '../customers/categories.ts';
import { AttributeDrawer } from './AttributeDrawer.tsx';
import { AttributeRow } from './AttributeRow.tsx';
import { CategoryGroup } from './CategoryGroup.tsx';
import { EventDrawer } from './EventDrawer.tsx';
import { EventRows } from './EventRows.tsx';
import { MisfitsTab } from './MisfitsTab.tsx';
import classes from './Schema.module.css';
import type { SchemaTab } from './tabs.ts';

/** What is open at the side: a trait, a field of an event type, an event type, or a new one of these. */
type Open = { what: 'attribute' | 'event'; place: Place; isNew?: boolean } | undefined;

const openAt = (place: Place): Open => ({
  what: place.event !== '' && place.name === '' ? 'event' : 'attribute',
  place,
});

/** What is known of customers and of what happens to them: declared, or inferred from what comes. */
export function SchemaPage() {
  useDocumentTitle('Data · OSICAM');
  const { tab = 'traits' } = useSearch({ from: '/schema' });
  const navigate = useNavigate();
  const schema = useQuery(schemaQuery);
  const [text, setText] = useState('');
  const [open, setOpen] = useState<Open>();
  const search = text.trim().toLowerCase();
  const { data } = schema;
  const aside = data ? countAside(data) : 0;
  return (
    <Container size="lg" py="xl">
      <Group justify="space-between" align="flex-end" mb="md">
        <div>
          <Title order={1}>Data</Title>
          <Text size="sm" c="var(--ink-soft)" mt={2}>
            What is known of customers, and of what happens to them: declared here, or inferred from what comes.
          </Text>
        </div>
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <Button leftSection={<IconPlus size={16} />} data-testid="declare">
              Declare
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconTag size={16} />}
              onClick={() => setOpen({ what: 'attribute', place: nowhere, isNew: true })}
            >
              A trait
            </Menu.Item>
            <Menu.Item
              leftSection={<IconBolt size={16} />}
              onClick={() => setOpen({ what: 'event', place: nowhere, isNew: true })}
            >
              An event type
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      {schema.isPending && <Skeleton h={320} aria-busy="true" />}
      {schema.isError && <Fault error={schema.error} retry={() => void schema.refetch()} />}
      {data && (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(to) => void navigate({ to: '/schema', search: to === 'traits' ? {} : { tab: to as SchemaTab } })}
        >
          <Tabs.List mb="md">
            <Tabs.Tab value="traits" rightSection={<Count of={data.traits.length} />}>
              Traits
            </Tabs.Tab>
            <Tabs.Tab value="events" rightSection={<Count of={data.events.length} />}>
              Events
            </Tabs.Tab>
            <Tabs.Tab value="aside" rightSection={aside > 0 ? <Count of={aside} caution /> : undefined}>
              Kept aside
            </Tabs.Tab>
          </Tabs.List>
          <div className={classes.tools}>
            <TextInput
              className={classes.search ?? ''}
              placeholder="Search names, labels and descriptions"
              aria-label="Search"
              leftSection={<IconSearch size={15} />}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              data-testid="search-schema"
            />
            <Closing closed={data.closed} />
          </div>
          <Tabs.Panel value="traits">
            <Traits schema={data} search={search} onOpen={(place) => setOpen(openAt(place))} />
          </Tabs.Panel>
          <Tabs.Panel value="events">
            <Events schema={data} search={search} onOpen={(place) => setOpen(openAt(place))} />
          </Tabs.Panel>
          <Tabs.Panel value="aside">
            <MisfitsTab search={search} onOpen={(place) => setOpen(openAt(place))} />
          </Tabs.Panel>
        </Tabs>
      )}
      {data && open && <Side key={JSON.stringify(open)} schema={data} open={open} onOpen={setOpen} />}
    </Container>
  );
}

const nowhere: Place = { event: '', name: '' };

const Count = ({ of, caution = false }: { of: number; caution?: boolean }) => (
  <Badge
    size="sm"
    color={caution ? 'orange' : 'gray'}
    c={caution ? 'var(--caution)' : 'var(--ink-soft)'}
    className="tabular"
  >
    {formatNumber(of)}
  </Badge>
);

/** Whether what is not known is taken in. */
function Closing({ closed }: { closed: boolean }) {
  const client = useQueryClient();
  const close = useMutation({
    mutationFn: (to: boolean) => api<CustomerSchema>('/api/schema', { method: 'PUT', json: { closed: to } }),
    onSuccess: (schema) => client.setQueryData(schemaQuery.queryKey, schema),
  });
  return (
    <>
      <Switch
        ml="auto"
        label="Take in only what stands here"
        checked={close.isPending ? !closed : closed}
        onChange={(event) => close.mutate(event.currentTarget.checked)}
        data-testid="closed"
      />
      {close.isError && (
        <Alert color="red" variant="light" role="alert" w="100%">
          {close.error.message}
        </Alert>
      )}
    </>
  );
}

interface ListProps {
  schema: CustomerSchema;
  search: string;
  onOpen: (place: Place) => void;
}

function Traits({ schema, search, onOpen }: ListProps) {
  const found = schema.traits.filter((trait) => matches(trait, trait.name, search));
  if (schema.traits.length === 0)
    return (
      <EmptyState icon={<IconDatabase size={24} />} title="Nothing is known yet">
        Import customers, or send events by a tracking client: what they bring stands here by itself. Or declare what is
        to come.
      </EmptyState>
    );
  if (found.length === 0) return <NothingFound />;
  return categoryInfos.map((info) => {
    const own = found.filter(({ category }) => category === info.id);
    if (own.length === 0) return null;
    return (
      <CategoryGroup
        key={info.id}
        info={info}
        count={plural(own.length, 'trait')}
        of="Customers who have it"
        marks="Marks"
      >
        {own.map((attribute) => (
          <AttributeRow
            key={attribute.name}
            attribute={attribute}
            onOpen={() => onOpen({ event: '', name: attribute.name })}
          />
        ))}
      </CategoryGroup>
    );
  });
}

function Events({ schema, search, onOpen }: ListProps) {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  if (schema.events.length === 0)
    return (
      <EmptyState icon={<IconBolt size={24} />} title="Nothing has happened yet">
        Events come in by tracking clients, webhooks, files and loops; their types stand here by themselves.
      </EmptyState>
    );
  const found = schema.events.flatMap((event) => {
    if (matches(event, event.type, search)) return [event];
    const properties = event.properties.filter((one) => matches(one, one.name, search));
    return properties.length > 0 ? [{ ...event, properties }] : [];
  });
  if (found.length === 0) return <NothingFound />;
  const toggle = (type: string) =>
    setExpanded((before) => {
      const after = new Set(before);
      if (!after.delete(type)) after.add(type);
      return after;
    });
  return categoryInfos.map((info) => {
    const own = found.filter(({ category }) => category === info.id);
    if (own.length === 0) return null;
    return (
      <CategoryGroup
        key={info.id}
        info={info}
        count={plural(own.length, 'event type')}
        of="Of the latest events"
        marks="Fields"
      >
        {own.map((event) => (
          <EventRows
            key={event.type}
            event={event}
            expanded={search !== '' || expanded.has(event.type)}
            onToggle={() => toggle(event.type)}
            onOpen={onOpen}
          />
        ))}
      </CategoryGroup>
    );
  });
}

const NothingFound = () => (
  <EmptyState icon={<IconSearch size={24} />} title="Nothing by that name">
    Search for a part of a name, a label or a description.
  </EmptyState>
);

function matches({ label, description }: Attribute | EventType, name: string, search: string): boolean {
  return search === '' || [name, label, description].some((text) => text?.toLowerCase().includes(search));
}

interface SideProps {
  schema: CustomerSchema;
  open: NonNullable<Open>;
  onOpen: (to: Open) => void;
}

function Side({ schema, open: { what, place, isNew = false }, onOpen }: SideProps) {
  const close = () => onOpen(undefined);
  const event = schema.events.find(({ type }) => type === place.event);
  if (what === 'event')
    return (
      <EventDrawer
        event={isNew ? undefined : event}
        onClose={close}
        onNewProperty={(type) => onOpen({ what: 'attribute', place: { event: type, name: '' }, isNew: true })}
      />
    );
  const list = place.event === '' ? schema.traits : (event?.properties ?? []);
  return (
    <AttributeDrawer
      place={place}
      attribute={isNew ? undefined : list.find(({ name }) => name === place.name)}
      sampled={place.event === '' ? schema.sampled.customers : schema.sampled.events}
      onClose={close}
    />
  );
}

const countAside = ({ traits, events }: CustomerSchema): number =>
  [...traits, ...events, ...events.flatMap(({ properties }) => properties)].reduce(
    (sum, { misfits }) => sum + misfits,
    0,
  );
