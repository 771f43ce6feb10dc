import { Alert, Badge, Table, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Category } from '@osicam/engine/loop';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CustomerView, OpenItem } from '../../api/customer.ts';
import { useEngineNow } from '../../ui/clock.tsx';
import { formatDate, formatMoney, formatNumber, humanise } from '../../ui/format.ts';
import { gist } from '../../ui/gist.ts';
import classes from './Customer.module.css';
import { EditableTraits } from './EditableTraits.tsx';
import { ago } from './say.ts';
import { TimelineList } from './Timeline.tsx';

/** One of the six kinds of information: its figures, what is known of it, and what happened. */
export function KindTab({ view, kind }: { view: CustomerView; kind: Category }) {
  const traits = Object.keys(view.traits).filter((name) => view.attributes[name]?.category === kind);
  const streams: Record<Category, string[]> = {
    basic: ['basic', 'trait', 'merge', 'relationship'],
    order: ['order'],
    payment: ['payment'],
    service: ['service'],
    contact: ['contact', 'message', 'consent'],
    analysis: ['analysis', 'segment'],
  };
  return (
    <div data-testid={`kind-${kind}`}>
      <Figures view={view} kind={kind} />
      {kind === 'payment' && <Open items={view.open.payment} title="Not paid yet" />}
      {kind === 'service' && <Open items={view.open.service} title="Open requests" />}
      {kind === 'analysis' && <Analysis view={view} />}
      <h2 className={classes.section}>What is known</h2>
      <EditableTraits view={view} names={traits} kind={kind} />
      {view.events[kind].types.length > 0 && (
        <>
          <h2 className={classes.section}>By type</h2>
          <Types view={view} kind={kind} />
        </>
      )}
      <h2 className={classes.section}>What happened</h2>
      <TimelineList id={view.id} kinds={streams[kind]} />
    </div>
  );
}

const Figure = ({ title, children, bad = false }: { title: string; children: ReactNode; bad?: boolean }) => (
  <div data-bad={bad || undefined}>
    <dt>{title}</dt>
    <dd className="tabular">{children}</dd>
  </div>
);

function Figures({ view, kind }: { view: CustomerView; kind: Category }) {
  const { now } = useEngineNow();
  const { total, types } = view.events[kind];
  const first = types.map((each) => each.first).sort()[0];
  const last = types
    .map((each) => each.last)
    .sort()
    .at(-1);
  const days = (
    <>
      <Figure title="First">{first ? formatDate(first) : '–'}</Figure>
      <Figure title="Last">{last ? ago(last, now) : '–'}</Figure>
    </>
  );
  const sum = sums(view, kind);
  return (
    <dl className={classes.figures}>
      {kind === 'basic' && (
        <>
          <Figure title="Known since">{formatDate(view.createdAt)}</Figure>
          <Figure title="Changed">{ago(view.updatedAt, now)}</Figure>
          <Figure title="Known by">{formatNumber(view.identities.length)}</Figure>
          <Figure title="Made of">{formatNumber(view.merges.filter((merge) => !merge.undoneAt).length + 1)}</Figure>
        </>
      )}
      {kind === 'order' && (
        <>
          <Figure title="Order events">{formatNumber(total)}</Figure>
          <Figure title="Worth">{sum ?? '–'}</Figure>
          {days}
        </>
      )}
      {kind === 'payment' && (
        <>
          <Figure title="Payment events">{formatNumber(total)}</Figure>
          <Figure title="Amount">{sum ?? '–'}</Figure>
          <Figure title="Open" bad={view.open.payment.length > 0}>
            {formatNumber(view.open.payment.length)}
          </Figure>
          <Figure title="Late" bad={view.open.payment.some(({ late }) => late)}>
            {formatNumber(view.open.payment.filter(({ late }) => late).length)}
          </Figure>
          <Figure title="Last">{last ? ago(last, now) : '–'}</Figure>
        </>
      )}
      {kind === 'service' && (
        <>
          <Figure title="Service events">{formatNumber(total)}</Figure>
          <Figure title="Open" bad={view.open.service.length > 0}>
            {formatNumber(view.open.service.length)}
          </Figure>
          {days}
        </>
      )}
      {kind === 'contact' && <Contacts view={view} last={last} now={now} />}
      {kind === 'analysis' && (
        <>
          <Figure title="Segments">{formatNumber(view.segments.length)}</Figure>
          <Figure title="Scores">{formatNumber(scoresOf(view).length)}</Figure>
          <Figure title="Experiments">{formatNumber(armsOf(view).length)}</Figure>
        </>
      )}
    </dl>
  );
}

/** Messages by what became of them, and what came back. */
function Contacts({ view, last, now }: { view: CustomerView; last: string | undefined; now: number }) {
  const sent = view.messageCounts['sent'] ?? 0;
  const heldBack = view.messageCounts['suppressed'] ?? 0;
  const of = (pattern: RegExp) =>
    view.events.contact.types.reduce(
      (total, { type, count }) => (pattern.test(type.replace(/[_-]+/g, ' ')) ? total + count : total),
      0,
    );
  return (
    <>
      <Figure title="Messages sent">{formatNumber(sent)}</Figure>
      <Figure title="Opened">{formatNumber(of(/\bopen(ed)?\b/i))}</Figure>
      <Figure title="Clicked">{formatNumber(of(/\bclick(ed)?\b/i))}</Figure>
      <Figure title="Answered">{formatNumber(of(/\brepl(y|ied)\b|\banswer(ed)?\b/i))}</Figure>
      <Figure title="Calls">{formatNumber(of(/\bcall(ed)?\b/i))}</Figure>
      <Figure title="Held back">{formatNumber(heldBack)}</Figure>
      <Figure title="Last contact">{last ? ago(last, now) : '–'}</Figure>
    </>
  );
}

/** What the amounts of a kind come to, by currency; amounts beside a currency are in minor units. */
function sums(view: CustomerView, kind: Category): string | undefined {
  const all = new Map<string | null, number>();
  for (const { sum } of view.events[kind].types)
    if (sum) all.set(sum.currency, (all.get(sum.currency) ?? 0) + sum.value);
  if (all.size === 0) return undefined;
  return [...all]
    .map(([currency, value]) => (currency ? formatMoney(value, currency) : formatNumber(value)))
    .join(' + ');
}

function Types({ view, kind }: { view: CustomerView; kind: Category }) {
  const withSums = view.events[kind].types.some(({ sum }) => sum);
  return (
    <div className={classes.frame}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Event</Table.Th>
            <Table.Th ta="right">How often</Table.Th>
            {withSums && <Table.Th ta="right">Amount</Table.Th>}
            <Table.Th ta="right">First</Table.Th>
            <Table.Th ta="right">Last</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {view.events[kind].types.map(({ type, count, sum, first, last }) => (
            <Table.Tr key={type}>
              <Table.Td>{humanise(type)}</Table.Td>
              <Table.Td ta="right">{formatNumber(count)}</Table.Td>
              {withSums && (
                <Table.Td
                  ta="right"
                  title={sum && sum.of < count ? `of the latest ${formatNumber(sum.of)}` : undefined}
                >
                  {sum ? (sum.currency ? formatMoney(sum.value, sum.currency) : formatNumber(sum.value)) : '–'}
                </Table.Td>
              )}
              <Table.Td ta="right">{formatDate(first)}</Table.Td>
              <Table.Td ta="right">{formatDate(last)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Open({ items, title }: { items: readonly OpenItem[]; title: string }) {
  const { now } = useEngineNow();
  if (items.length === 0) return null;
  return (
    <Alert
      mt="md"
      variant="light"
      color={items.some(({ late }) => late) ? 'red' : 'yellow'}
      icon={<IconAlertTriangle size={18} />}
      title={title}
    >
      <ul className={classes.openItems}>
        {items.map((item, index) => (
          <li key={index}>
            <b>{humanise(item.type)}</b> {ago(item.since, now)}
            {item.due && ` · due ${formatDate(item.due)}`}
            {item.late && (
              <Badge size="sm" color="red" ml={6}>
                late
              </Badge>
            )}
            <Text size="xs" c="var(--ink-soft)">
              {gist(item.properties)}
            </Text>
          </li>
        ))}
      </ul>
    </Alert>
  );
}

const scoresOf = (view: CustomerView) =>
  Object.entries(view.traits).filter(
    ([name, value]) => typeof value === 'number' && view.attributes[name]?.category === 'analysis',
  );

/** Which way the customer went in experiments and splits: the arm of each node, once a turn. */
function armsOf(view: CustomerView) {
  const arms = new Map<string, { loop: string; loopName: string; node: string; arm: string; at: string }>();
  for (const { loop, loopName, steps } of view.enrollments)
    for (const { node, name, portId, port, at } of steps)
      if (port >= 0 && portId && /experiment|split|holdout|arm/i.test(`${node} ${name ?? ''}`))
        arms.set(`${loop} ${node}`, { loop, loopName, node: name ?? node, arm: portId, at });
  return [...arms.values()];
}

function Analysis({ view }: { view: CustomerView }) {
  const arms = armsOf(view);
  return (
    <>
      <h2 className={classes.section}>Segments</h2>
      {view.segments.length === 0 && <p className={classes.none}>In no segment at this moment.</p>}
      <ul className={classes.rows}>
        {view.segments.map((segment) => (
          <li key={segment.id}>
            <Link to="/segments" className={classes.plainLink}>
              {segment.name}
            </Link>
            <span className="soft">since {formatDate(segment.since)}</span>
          </li>
        ))}
      </ul>
      {arms.length > 0 && (
        <>
          <h2 className={classes.section}>Experiments</h2>
          <ul className={classes.rows}>
            {arms.map(({ loop, loopName, node, arm, at }) => (
              <li key={`${loop} ${node}`}>
                <span>
                  {node} <Badge variant="light">{humanise(arm)}</Badge>
                </span>
                <span className="soft">
                  {loopName} · {formatDate(at)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

export const countOf = (view: CustomerView, kind: Category): number =>
  kind === 'basic'
    ? Object.keys(view.traits).filter((name) => view.attributes[name]?.category === 'basic').length
    : kind === 'contact'
      ? view.events.contact.total + Object.values(view.messageCounts).reduce((sum, count) => sum + count, 0)
      : kind === 'analysis'
        ? view.events.analysis.total + view.segments.length + scoresOf(view).length
        : view.events[kind].total;
