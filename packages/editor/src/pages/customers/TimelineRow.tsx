import {
  IconArrowMerge,
  IconArrowsSplit2,
  IconEdit,
  IconLogin2,
  IconLogout,
  IconPhoneCall,
  IconRefreshDot,
  IconSend,
  IconShieldCheck,
  IconShieldX,
  IconUserPlus,
  IconUsersGroup,
  IconHome,
  IconNote,
} from '@tabler/icons-react';
import { Badge } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { TimelineEntry } from '../../api/customer.ts';
import { formatDateTime, humanise } from '../../ui/format.ts';
import { gist } from '../../ui/gist.ts';
import { MessageText } from '../../ui/MessageText.tsx';
import { statusColour } from '../../ui/message-status.ts';
import { stageStyle } from '../../ui/stages.ts';
import { categoryOf } from './categories.ts';
import classes from './Customer.module.css';
import { say, sayWho } from './say.ts';

interface Shown {
  icon: ReactNode;
  stage: string;
  title: ReactNode;
  text?: ReactNode;
  by?: string;
}

/** One entry of the stream of everything: what it was, in a line, and who did it. */
export function TimelineRow({ entry }: { entry: TimelineEntry }) {
  const { icon, stage, title, text, by } = shown(entry);
  return (
    <li style={stageStyle(stage)} data-kind={entry.kind}>
      <span className={classes.dot}>{icon}</span>
      <div className={classes.entry}>
        <b>{title}</b>
        {text && <span>{text}</span>}
      </div>
      <div className={classes.when}>
        <time className="tabular">{formatDateTime(entry.at).split(', ').at(-1)}</time>
        {by && <small title={by}>{by}</small>}
      </div>
    </li>
  );
}

const size = 15;

function shown(entry: TimelineEntry): Shown {
  switch (entry.what) {
    case 'event':
      return event(entry);
    case 'message':
      return {
        icon: entry.channel === 'phone' ? <IconPhoneCall size={size} /> : <IconSend size={size} />,
        stage: 'interact',
        title: (
          <>
            {channels[entry.channel] ?? 'Message'}{' '}
            <Badge size="sm" variant="light" color={statusColour(entry.status)}>
              {entry.status}
            </Badge>
          </>
        ),
        text: <MessageText body={entry.body} detail={entry.detail} />,
        by: entry.loop,
      };
    case 'steps':
      return {
        icon: <IconRefreshDot size={size} />,
        stage: 'flow',
        title: entry.steps.map(({ node, name }) => name ?? node).join(' → '),
        text: did(entry),
        by: entry.loopName,
      };
    case 'entered-loop':
      return {
        icon: <IconLogin2 size={size} />,
        stage: 'flow',
        title: (
          <>
            Entered{' '}
            <Link to="/loops/$loopId" params={{ loopId: entry.loop }} className={classes.plainLink}>
              {entry.loopName}
            </Link>
          </>
        ),
        text: `at ${entry.nodeName ?? entry.node}`,
      };
    case 'left-loop':
      return {
        icon: <IconLogout size={size} />,
        stage: 'flow',
        title: `Left ${entry.loopName}`,
        text: outcomes[entry.outcome ?? 'end'] ?? entry.outcome,
      };
    case 'created':
      return { icon: <IconUserPlus size={size} />, stage: 'organize', title: 'Became known' };
    case 'changed':
      return {
        icon: <IconEdit size={size} />,
        stage: 'organize',
        title: 'Changed',
        text: <Change before={entry.before} after={entry.after} />,
        by: sayWho(entry.source),
      };
    case 'consent':
      return {
        icon: entry.granted ? <IconShieldCheck size={size} /> : <IconShieldX size={size} />,
        stage: entry.granted ? 'aliment' : 'interact',
        title: `${entry.granted ? 'Agreed to' : 'Refused'} ${humanise(entry.purpose).toLowerCase()} by ${entry.channel}`,
        text: [entry.textVersion && `wording ${entry.textVersion}`, entry.proof && `proof: ${entry.proof}`]
          .filter(Boolean)
          .join(' · '),
        by: sayWho(entry.source),
      };
    case 'joined':
    case 'parted':
      return {
        icon: <IconHome size={size} />,
        stage: 'segment',
        title: `${entry.what === 'joined' ? 'Belongs to' : 'No longer of'} ${humanise(entry.group.kind).toLowerCase()} ${entry.group.key}`,
        by: sayWho(entry.source),
      };
    case 'entered-segment':
      return {
        icon: <IconUsersGroup size={size} />,
        stage: 'segment',
        title: `Came into the segment ${entry.segment.name}`,
      };
    case 'listed':
      return {
        icon: <IconUsersGroup size={size} />,
        stage: 'segment',
        title: `Put on the list ${entry.list.name}`,
        by: sayWho(entry.source),
      };
    case 'merged':
      return {
        icon: <IconArrowMerge size={size} />,
        stage: 'organize',
        title: `Customer ${entry.customer} became part of customer ${entry.into}`,
        text: entry.why,
        by: sayWho(entry.actor),
      };
    case 'unmerged':
      return {
        icon: <IconArrowsSplit2 size={size} />,
        stage: 'organize',
        title: `Customer ${entry.customer} was taken apart from customer ${entry.into}`,
        text: `merged because ${entry.why}`,
      };
  }
}

function event({ kind, type, properties }: Extract<TimelineEntry, { what: 'event' }>): Shown {
  const category = categoryOf(kind);
  const Icon = category?.icon ?? IconNote;
  if (type === 'Note Added')
    return {
      icon: <IconNote size={size} />,
      stage: 'collect',
      title: 'Note',
      text: <span className={classes.note}>{say(properties['note'])}</span>,
      by: typeof properties['author'] === 'string' ? properties['author'] : '',
    };
  if (type === 'Call Completed' || type === 'Call Attempted')
    return {
      icon: <IconPhoneCall size={size} />,
      stage: 'collect',
      title: `Call: ${humanise(String(properties['outcome'] ?? type)).toLowerCase()}`,
      text: typeof properties['note'] === 'string' ? properties['note'] : undefined,
      by: typeof properties['agent'] === 'string' ? properties['agent'] : '',
    };
  return {
    icon: <Icon size={size} stroke={1.8} />,
    stage: category?.stage ?? 'flow',
    title: humanise(type),
    text: gist(properties),
  };
}

function Change({ before, after }: Pick<Extract<TimelineEntry, { what: 'changed' }>, 'before' | 'after'>) {
  return (
    <>
      {Object.keys(after).map((name) => (
        <span key={name} className={classes.change}>
          {name}: <s>{say(before[name])}</s> → <b>{say(after[name])}</b>
        </span>
      ))}
    </>
  );
}

const channels: Readonly<Record<string, string>> = {
  email: 'E-mail',
  phone: 'Call',
  sms: 'SMS',
  push: 'Push',
  letter: 'Letter',
};

export const outcomes: Readonly<Record<string, string>> = {
  end: 'went to the end',
  goal: 'reached the goal',
  exit: 'left before the end',
  cancelled: 'taken out by hand',
  merged: 'went on as part of another',
};

function did({ steps, until, turn }: Extract<TimelineEntry, { what: 'steps' }>): string {
  const last = steps.at(-1);
  const marks: Readonly<Record<number, string>> = {
    [-1]: until ? `waits until ${formatDateTime(until)}` : 'waits',
    [-2]: 'was set aside',
    [-3]: 'was merged away',
    [-5]: 'was put here',
    [-6]: 'left the loop here',
    [-7]: 'was woken while the loop was paused',
  };
  const way = last === undefined ? '' : (marks[last.port] ?? `→ ${last.portId ?? `way ${last.port + 1}`}`);
  return turn > 1 ? `${way} · turn ${turn}` : way;
}
