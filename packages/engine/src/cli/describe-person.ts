import type { CustomerView, TimelineEntry } from '../customers/index.ts';
import { nameOf } from '../customers/index.ts';
import { categories } from '../loop/index.ts';

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A person on a terminal: who it is, the six kinds of information, permission, where they stand, what happened last. */
export function describePerson(view: CustomerView, timeline: readonly TimelineEntry[]): string {
  const lines: string[] = [];
  const part = (title: string, rows: readonly string[]) => {
    if (rows.length > 0) lines.push('', title, ...rows.map((row) => `  ${row}`));
  };
  lines.push(`${nameOf(view.traits) ?? 'Customer'} (#${view.id}), known since ${day(view.createdAt)}`);
  part(
    'Known by',
    view.identities.map(({ kind, value }) => `${kind}: ${value}`),
  );
  for (const category of categories) {
    const traits = Object.keys(view.traits).filter((name) => view.attributes[name]?.category === category);
    part(`${category[0]?.toUpperCase()}${category.slice(1)}`, [
      ...traits.map((name) => `${view.attributes[name]?.label ?? name}: ${said(view.traits[name])}`),
      ...view.events[category].types.map(
        ({ type, count, first, last, sum }) =>
          `${type}: ${count}, ${first === last ? day(first) : `${day(first)} to ${day(last)}`}${sum ? `, ${sum.property} ${sum.value}${sum.currency ? ` ${sum.currency} (minor units)` : ''}` : ''}`,
      ),
    ]);
  }
  part(
    'Open',
    [...view.open.payment, ...view.open.service].map(
      ({ type, since, late }) => `${type} since ${day(since)}${late ? ', late' : ''}`,
    ),
  );
  part(
    'Calls to make',
    view.tasks.map(({ phone, list, script }) => `${phone} (${list}): ${script}`),
  );
  part(
    'Permission',
    view.consents.map(
      ({ channel, purpose, granted, at, source, textVersion }) =>
        `${granted ? 'yes' : 'no '} ${purpose} by ${channel}, ${day(at)}, from ${source}${textVersion ? `, wording ${textVersion}` : ''}`,
    ),
  );
  part(
    'Segments',
    view.segments.map(({ name, since }) => `${name}, since ${day(since)}`),
  );
  part(
    'Lists',
    view.lists.map(({ name, addedAt }) => `${name}, since ${day(addedAt)}`),
  );
  part(
    'Belongs to',
    view.groups.map(
      ({ kind, key, from, to, others }) =>
        `${kind} ${key}, ${day(from)} – ${to === null ? 'now' : day(to)}, with ${others} ${others === 1 ? 'other' : 'others'}`,
    ),
  );
  part(
    'Loops',
    view.enrollments.map(
      ({ loopName, version, enteredAt, endedAt, outcome }) =>
        `${loopName} (version ${version}), ${day(enteredAt)} – ${endedAt === null ? 'now' : `${day(endedAt)}, ${outcome ?? 'to the end'}`}`,
    ),
  );
  part(
    'Made of',
    view.merges.map(
      ({ customer, at, why, undoneAt }) =>
        `#${customer}, ${day(at)}: ${why}${undoneAt === null ? '' : `; taken apart ${day(undoneAt)}`}`,
    ),
  );
  part(
    'What happened last',
    timeline.map((entry) => `${minute(entry.at)}  ${describeEntry(entry)}`),
  );
  return lines.join('\n');
}

function describeEntry(entry: TimelineEntry): string {
  switch (entry.what) {
    case 'event':
      return `${entry.type} ${JSON.stringify(entry.properties)}`;
    case 'message':
      return `${entry.channel || 'message'} ${entry.status}${entry.address ? ` to ${entry.address}` : ''} (${entry.loop}/${entry.node})`;
    case 'steps':
      return `${entry.loopName}: ${entry.steps.map(({ node }) => node).join(' → ')}`;
    case 'entered-loop':
      return `entered ${entry.loopName}`;
    case 'left-loop':
      return `left ${entry.loopName}${entry.outcome ? ` (${entry.outcome})` : ''}`;
    case 'created':
      return 'became known';
    case 'changed':
      return `${Object.keys(entry.after)
        .map((name) => `${name}: ${said(entry.before[name])} → ${said(entry.after[name])}`)
        .join(', ')} (${entry.source})`;
    case 'consent':
      return `${entry.granted ? 'agreed to' : 'refused'} ${entry.purpose} by ${entry.channel} (${entry.source})`;
    case 'joined':
    case 'parted':
      return `${entry.what} ${entry.group.kind} ${entry.group.key}`;
    case 'entered-segment':
      return `came into ${entry.segment.name}`;
    case 'listed':
      return `put on the list ${entry.list.name}`;
    case 'merged':
    case 'unmerged':
      return `#${entry.customer} ${entry.what === 'merged' ? 'became part of' : 'was taken apart from'} #${entry.into}: ${entry.why}`;
  }
}
