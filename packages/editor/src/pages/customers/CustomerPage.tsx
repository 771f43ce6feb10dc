import { Container, Skeleton, Stack, Tabs } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { Category } from '@osicam/engine/loop';
import { IconHistory, IconRefreshDot } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import type { CustomerView } from '../../api/customer.ts';
import { customerQuery } from '../../api/customer.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatShort } from '../../ui/format.ts';
import { stageStyle } from '../../ui/stages.ts';
import { CallTasks } from './CallTasks.tsx';
import { categoryInfos } from './categories.ts';
import classes from './Customer.module.css';
import { Enrollments } from './Enrollments.tsx';
import { Identity, nameOf } from './Identity.tsx';
import { countOf, KindTab } from './KindTab.tsx';
import { Side } from './Side.tsx';
import { Timeline } from './Timeline.tsx';

/** All that is known of one customer, in one place. */
export function CustomerPage() {
  const { customerId } = useParams({ from: '/customers/$customerId' });
  const customer = useQuery({ ...customerQuery(customerId), refetchInterval: 5_000 });
  useDocumentTitle(customer.data ? `${nameOf(customer.data)} · OSICAM` : 'Customer · OSICAM');
  if (customer.isPending)
    return (
      <Container size="xl" py="xl" aria-busy="true">
        <Stack>
          <Skeleton h={104} radius="lg" />
          <Skeleton h={44} radius="lg" />
          <Skeleton h={360} radius="lg" />
        </Stack>
      </Container>
    );
  // What was shown stays while the server is away for a moment.
  if (!customer.data)
    return (
      <Container size="sm" py="xl">
        <Fault error={customer.error} retry={() => void customer.refetch()} title="This customer could not be shown" />
      </Container>
    );
  const view = customer.data;
  return (
    <Container size="xl" py="lg" data-testid="customer">
      <nav className={classes.crumb} aria-label="Where you are">
        <Link to="/customers">Customers</Link> / {view.id}
      </nav>
      <Identity view={view} />
      <CallTasks view={view} />
      <div className={classes.columns}>
        <Kinds key={view.id} view={view} />
        <Side view={view} />
      </div>
    </Container>
  );
}

/** The stream of everything, and each of the six kinds of information: which one is open stands in the address. */
function Kinds({ view }: { view: CustomerView }) {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const known = ['timeline', 'loops', ...categoryInfos.map(({ id }) => id as string)];
  const tab = known.includes(hash) ? hash : 'timeline';
  return (
    <Tabs
      value={tab}
      onChange={(chosen) =>
        void navigate({
          to: '/customers/$customerId',
          params: { customerId: String(view.id) },
          hash: chosen ?? 'timeline',
          replace: true,
          resetScroll: false,
        })
      }
      keepMounted={false}
      className={classes.main}
    >
      <Tabs.List className={classes.tabs}>
        <Tabs.Tab value="timeline" leftSection={<IconHistory size={15} />}>
          Timeline
        </Tabs.Tab>
        {categoryInfos.map(({ id, title, what, icon: Icon, stage }) => (
          <Tabs.Tab
            key={id}
            value={id}
            title={what}
            style={stageStyle(stage)}
            leftSection={<Icon size={15} stroke={1.8} className={classes.tabIcon} />}
            rightSection={<Count of={countOf(view, id)} warn={warns(view, id)} />}
            data-testid={`category-${id}`}
          >
            {title}
          </Tabs.Tab>
        ))}
        <Tabs.Tab
          value="loops"
          leftSection={<IconRefreshDot size={15} />}
          rightSection={<Count of={view.enrollments.length} warn={false} />}
        >
          Loops
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="timeline" pt="md">
        <Timeline id={view.id} />
      </Tabs.Panel>
      {categoryInfos.map(({ id }) => (
        <Tabs.Panel key={id} value={id} pt="md">
          <KindTab view={view} kind={id} />
        </Tabs.Panel>
      ))}
      <Tabs.Panel value="loops" pt="md">
        <Enrollments view={view} />
      </Tabs.Panel>
    </Tabs>
  );
}

const warns = (view: CustomerView, kind: Category): boolean =>
  kind === 'payment' ? view.open.payment.some(({ late }) => late) : kind === 'service' && view.open.service.length > 0;

const Count = ({ of, warn }: { of: number; warn: boolean }) =>
  of > 0 ? (
    <span className={`${classes.count} tabular`} data-warn={warn || undefined}>
      {formatShort(of)}
    </span>
  ) : null;
