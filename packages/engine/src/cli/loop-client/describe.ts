import type { z } from 'zod';
import type {
  auditShape,
  interventionShape,
  loopStatusShape,
  migrationResultShape,
  overdueShape,
} from '../../server/shapes/life.ts';
import { table } from '../print.ts';

/** Answers of the API as they come over the wire: instants are texts. */
export type StatusAnswer = z.input<typeof loopStatusShape>;
export type OverdueAnswer = z.input<typeof overdueShape>;
export type AuditAnswer = z.input<typeof auditShape>[];
export type MigrationAnswer = z.input<typeof migrationResultShape>;
export type InterventionAnswer = z.input<typeof interventionShape>;

export const many = (count: number, one: string, more = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : more}`;

/** An instant for people: to the second, in UTC. */
const when = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;

const lines = (...parts: (string | false)[]): string => parts.filter((part) => part !== false).join('\n');

export function describeStatus(status: StatusAnswer): string {
  const { loop, name, state, since, may, versions, messages, nextDue } = status;
  // Of a thousand nodes those where somebody is.
  const nodes = status.nodes.filter(({ waiting, parked }) => waiting + parked > 0);
  return lines(
    `${name} (${loop}) is ${state === 'draft' ? 'a draft' : state}, since ${when(since)}. Possible now: ${may.join(', ') || 'nothing'}.`,
    versions.length > 0 &&
      `\n${table(
        ['version', 'published', 'turns', 'in it', 'parked'],
        versions.map((each) => [each.version, when(each.publishedAt), each.turns, each.live, each.parked]),
      )}`,
    nodes.length > 0 &&
      `\n${table(
        ['node', 'label', 'version', 'waiting', 'parked'],
        nodes.map((each) => [each.node, each.label, each.version, each.waiting, each.parked]),
      )}`,
    `\nMessages: ${Object.entries(messages)
      .map(([what, count]) => `${count.toLocaleString('en-US')} ${what}`)
      .join(', ')}.`,
    nextDue === null ? 'Nothing is due at a time that is known.' : `Next due at ${when(nextDue)}.`,
  );
}

export const isNothing = ({ total }: OverdueAnswer): boolean => total.arrived + total.overdue + total.messages === 0;

export function describeOverdue(overdue: OverdueAnswer): string {
  const { loop, pausedAt, nodes, total } = overdue;
  const since = pausedAt === null ? `${loop} is not paused` : `${loop} is paused since ${when(pausedAt)}`;
  if (isNothing(overdue)) return `${since}; nothing is overdue.`;
  return lines(
    `${since}. Overdue: ${many(total.arrived, 'customer')} arrived, ${many(total.overdue, 'wait')} ended, ${many(total.messages, 'message')} due.`,
    `\n${table(
      ['node', 'label', 'version', 'arrived', 'overdue', 'messages'],
      nodes.map((each) => [each.node, each.label, each.version, each.arrived, each.overdue, each.messages]),
    )}`,
  );
}

export function describeAudit(audit: AuditAnswer): string {
  if (audit.length === 0) return 'Nobody has done anything to this loop.';
  return table(
    ['when', 'who', 'what', 'detail'],
    audit.map(({ at, actor, action, detail }) => [when(at), actor, action, briefly(detail)]),
  );
}

function briefly(detail: Record<string, unknown>): string {
  const text = Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

export function describeMigration(result: MigrationAnswer): string {
  const { loop, to, dryRun, moves, missing, moved, ended } = result;
  const planned = (stays: boolean) =>
    moves.filter((move) => (move.to !== null) === stays).reduce((sum, move) => sum + move.customers + move.parked, 0);
  return lines(
    moves.length > 0 &&
      `${table(
        ['version', 'from', 'to', 'wait', 'customers', 'parked', 'awaiting receipt'],
        moves.map((move) => [
          move.version,
          move.from,
          move.to ?? '(out of the loop)',
          move.keep ? 'kept' : 'anew',
          move.customers,
          move.parked,
          move.awaitingReceipt,
        ]),
      )}\n`,
    missing.length > 0
      ? lines(
          `Nobody ${dryRun ? 'would be' : 'was'} moved: version ${to} of ${loop} lacks nodes where people are. Say where they go with --map <node>=<node>, or --map <node>= to end there:`,
          ...missing.map(
            ({ node, version, customers }) => `  ${node} (version ${version}): ${many(customers, 'customer')}`,
          ),
        )
      : dryRun
        ? `${many(planned(true), 'customer')} would move to version ${to} of ${loop}, ${many(planned(false), 'customer')} would end.`
        : `${many(moved, 'customer')} moved to version ${to} of ${loop}, ${many(ended, 'customer')} ended.`,
  );
}

/** What each intervention does to enrollments, done and only counted. */
const words = {
  cancel: ['cancelled', 'would be cancelled'],
  replay: ['replayed', 'would be replayed'],
  retry: ['tried again', 'would be tried again'],
  release: ['released', 'would be released'],
  redrive: ['gone back to their message', 'would go back to their message'],
} as const;
export type InterventionVerb = keyof typeof words;

export function describeIntervention(verb: InterventionVerb, answer: InterventionAnswer): string {
  const { enrollments, entered, messages, dryRun } = answer;
  const parts = [
    ...(verb === 'redrive' && messages !== undefined
      ? []
      : [`${many(enrollments, 'enrollment')} ${words[verb][dryRun ? 1 : 0]}`]),
    ...(entered === undefined ? [] : [`${many(entered, 'customer')} ${dryRun ? 'would enter' : 'entered'}`]),
    ...(messages === undefined ? [] : [`${many(messages, 'message')} ${messageWords(verb, dryRun)}`]),
  ];
  return `${parts.join(', ')}.`;
}

const messageWords = (verb: InterventionVerb, dryRun: boolean): string =>
  `${dryRun ? 'would be ' : ''}${verb === 'redrive' ? 'put into the outbox again' : 'withheld'}`;
