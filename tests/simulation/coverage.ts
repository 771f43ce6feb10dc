import type { CommitPoint } from '../../packages/engine/src/store/database.ts';
import { commitPoints } from '../../packages/engine/src/store/database.ts';

/** Transactions that the simulated world does not ask for: it has no source to read, and nothing that prunes. */
const notSimulated: readonly CommitPoint[] = ['source', 'prune'];

/** What must have happened at least once over a thousand seeds, or they show less than they seem to. */
export function expectedCoverage(): string[] {
  const points = commitPoints.filter((point) => !notSimulated.includes(point));
  return [
    ...points.flatMap((point) => [`crash-before ${point}`, `crash-after ${point}`]),
    ...['busy', 'statement', 'full', 'read'].map((fault) => `fault ${fault}`),
    ...[
      'in',
      'on',
      'night',
      'member',
      'move',
      'end',
      'rule',
      'share',
      'each',
      'stamp',
      'tell',
      'hook',
      'mail',
      'delay',
      'until',
      'reply',
      'count',
    ].map((node) => `node sim/${node}`),
    ...['sent', 'failed', 'retry', 'later', 'unknown', 'lost', 'throws'].map((answer) => `sink ${answer}`),
    ...['minutes', 'hours', 'days', 'back', 'ahead'].map((how) => `clock ${how}`),
    ...['pause', 'resume', 'cancel', 'replay', 'retry', 'release', 'migrate', 'redrive', 'merge'].map(
      (what) => `did ${what}`,
    ),
    'killed',
    'parked',
    'timers',
  ];
}

/** The counts of one kind by what they are of: those of `fault busy` and `fault full` as busy and full. */
export const countsOf = (kind: string, coverage: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(coverage)
      .filter(([what]) => what.startsWith(`${kind} `))
      .map(([what, count]): [string, number] => [what.slice(kind.length + 1), count])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
