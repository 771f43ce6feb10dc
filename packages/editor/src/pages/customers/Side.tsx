import { ActionIcon, Anchor, Badge, Collapse, Tooltip } from '@mantine/core';
import { IconArrowsSplit2, IconCheck, IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { CustomerView, ShownConsent, ShownGroup, ShownMerge } from '../../api/customer.ts';
import { unmergeCustomer } from '../../api/customer.ts';
import { useEngineNow } from '../../ui/clock.tsx';
import { Confirm } from '../../ui/Confirm.tsx';
import { formatDate, formatDateTime, formatPercent, humanise, plural } from '../../ui/format.ts';
import { gist } from '../../ui/gist.ts';
import classes from './Customer.module.css';
import { ago, sayWho } from './say.ts';
import { useChange } from './use-change.ts';

/** What anybody who opens a customer asks first: may we write, where do they stand, who belongs to them. */
export function Side({ view }: { view: CustomerView }) {
  return (
    <aside className={classes.side}>
      <Permission view={view} />
      <Standing view={view} />
      <Segments view={view} />
      <Groups view={view} />
      <Merges view={view} />
    </aside>
  );
}

const Card = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={classes.sideCard}>
    <h2>{title}</h2>
    {children}
  </section>
);

function Permission({ view }: { view: CustomerView }) {
  const [open, setOpen] = useState<string>();
  return (
    <Card title="Permission">
      {view.consents.length === 0 && <p className={classes.none}>Never asked for anything.</p>}
      <ul className={classes.consentList} data-testid="consents">
        {view.consents.map((consent) => {
          const key = `${consent.channel} ${consent.purpose}`;
          const history = view.consentHistory.filter(
            ({ channel, purpose }) => channel === consent.channel && purpose === consent.purpose,
          );
          return (
            <li key={key}>
              <button
                type="button"
                onClick={() => setOpen(open === key ? undefined : key)}
                aria-expanded={open === key}
              >
                <span data-granted={consent.granted}>
                  {consent.granted ? <IconCheck size={13} stroke={2.4} /> : <IconX size={13} stroke={2.4} />}
                </span>
                {humanise(consent.purpose)} <small>by {consent.channel}</small>
              </button>
              <Collapse expanded={open === key}>
                {history.map((each) => (
                  <Answer key={each.at} consent={each} />
                ))}
              </Collapse>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

const Answer = ({ consent }: { consent: ShownConsent }) => (
  <dl className={classes.answer}>
    <dt>{consent.granted ? 'Agreed' : 'Refused'}</dt>
    <dd>{formatDateTime(consent.at)}</dd>
    <dt>Source</dt>
    <dd>{sayWho(consent.source)}</dd>
    {consent.proof && (
      <>
        <dt>Proof</dt>
        <dd>{consent.proof}</dd>
      </>
    )}
    {consent.textVersion && (
      <>
        <dt>Wording</dt>
        <dd title={consent.text ?? undefined}>{consent.textVersion}</dd>
      </>
    )}
    {consent.text && <dd className={classes.wording}>{consent.text}</dd>}
  </dl>
);

/** Which loops somebody is in at this moment, and where. */
function Standing({ view }: { view: CustomerView }) {
  const live = view.enrollments.filter(({ endedAt }) => endedAt === null);
  return (
    <Card title="In loops now">
      {live.length === 0 && <p className={classes.none}>In none.</p>}
      <ul className={classes.sideList}>
        {live.map((enrollment) => {
          const last = enrollment.steps.at(-1);
          return (
            <li key={`${enrollment.customer} ${enrollment.n}`}>
              <Link to="/loops/$loopId" params={{ loopId: enrollment.loop }} className={classes.plainLink}>
                {enrollment.loopName}
              </Link>
              {enrollment.parked && (
                <Badge size="sm" color="red" ml={6}>
                  set aside
                </Badge>
              )}
              <small>
                {last ? `${last.port === -1 ? 'waits at' : 'after'} ${last.name ?? last.node}` : 'has just entered'}
                {last?.until && `, until ${formatDate(last.until)}`}
              </small>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function Segments({ view }: { view: CustomerView }) {
  const { now } = useEngineNow();
  return (
    <Card title="Segments and lists">
      {view.segments.length + view.lists.length === 0 && <p className={classes.none}>In none.</p>}
      <ul className={classes.sideList}>
        {view.segments.map(({ id, name, since }) => (
          <li key={id}>
            <Link to="/segments" className={classes.plainLink}>
              {name}
            </Link>
            <small title={formatDateTime(since)}>since {ago(since, now).replace(' ago', '')}</small>
          </li>
        ))}
        {view.lists.map(({ id, name, addedAt, source }) => (
          <li key={`list ${id}`}>
            <span>List {name}</span>
            <small title={sayWho(source)}>put there {formatDate(addedAt)}</small>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Groups({ view }: { view: CustomerView }) {
  if (view.groups.length === 0) return null;
  return (
    <Card title="Belongs to">
      {view.groups.map((group) => (
        <OneGroup key={`${group.kind} ${group.key} ${group.from}`} group={group} />
      ))}
    </Card>
  );
}

function OneGroup({ group }: { group: ShownGroup }) {
  const [all, setAll] = useState(false);
  const shown = all ? group.members : group.members.slice(0, 5);
  return (
    <div className={classes.group} data-over={group.to !== null || undefined}>
      <h3>
        <small>{humanise(group.kind)}</small> {group.key}
      </h3>
      <p>
        {formatDate(group.from)} – {group.to ? formatDate(group.to) : 'now'}
        {Object.keys(group.traits).length > 0 && ` · ${gist(group.traits)}`}
      </p>
      <ul>
        {shown.map((member) => (
          <li key={member.id}>
            <Link to="/customers/$customerId" params={{ customerId: String(member.id) }} className={classes.plainLink}>
              {member.name ?? `Customer ${member.id}`}
            </Link>
            <small>since {formatDate(member.from)}</small>
          </li>
        ))}
      </ul>
      {group.others === 0 && <p>Nobody else that we know of.</p>}
      {!all && group.members.length > shown.length && (
        <Anchor component="button" type="button" size="xs" onClick={() => setAll(true)}>
          and {plural(group.others - shown.length, 'other')}
        </Anchor>
      )}
      {all && group.others > group.members.length && (
        <p>and {plural(group.others - group.members.length, 'other')} more</p>
      )}
    </div>
  );
}

function Merges({ view }: { view: CustomerView }) {
  if (view.merges.length === 0) return null;
  return (
    <Card title="Made of several">
      <ul className={classes.sideList}>
        {view.merges.map((merge) => (
          <OneMerge key={`${merge.customer} ${merge.at}`} view={view} merge={merge} />
        ))}
      </ul>
    </Card>
  );
}

function OneMerge({ view, merge }: { view: CustomerView; merge: ShownMerge }) {
  const [asking, setAsking] = useState(false);
  const undo = useChange(view.id, () => unmergeCustomer(merge.customer), 'They are two customers again');
  return (
    <li data-over={merge.undoneAt !== null || undefined}>
      <span className={classes.mergeLine}>
        Customer {merge.customer}
        {!merge.undoneAt && !view.hidden && (
          <Tooltip label="Take apart again">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Take customer ${merge.customer} apart again`}
              onClick={() => setAsking(true)}
            >
              <IconArrowsSplit2 size={15} />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
      <small>
        {formatDate(merge.at)}: {merge.why}
        {merge.score !== null && ` (${formatPercent(merge.score)} alike)`}
        {merge.actor && `, by ${sayWho(merge.actor)}`}
        {merge.undoneAt && ` · taken apart ${formatDate(merge.undoneAt)}`}
      </small>
      <Confirm
        opened={asking}
        title={`Is customer ${merge.customer} somebody else?`}
        action="Take apart"
        busy={undo.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => undo.mutate(undefined, { onSettled: () => setAsking(false) })}
      >
        The customer gets back the identities, events, consents and traits that came over with it. What has happened
        since stays here. The two are not proposed to be one again.
      </Confirm>
    </li>
  );
}
