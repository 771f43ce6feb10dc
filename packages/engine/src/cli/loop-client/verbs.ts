import type { Loop } from '../../loop/index.ts';
import { CliError } from '../cli-error.ts';
import { table } from '../print.ts';
import type { ApiClient } from './api-client.ts';
import { apiPath, RefusedError } from './api-client.ts';
import type { InterventionAnswer, InterventionVerb, MigrationAnswer, OverdueAnswer, StatusAnswer } from './describe.ts';
import {
  describeIntervention,
  describeMigration,
  describeOverdue,
  describeStatus,
  isNothing,
  many,
} from './describe.ts';
import type { Terminal } from './terminal.ts';
import { confirm } from './terminal.ts';

/** What a verb is given: the server, somebody to talk to, and whether that is a program. */
export interface Call {
  api: ApiClient;
  terminal: Terminal;
  loop: string;
  json: boolean;
}

/** Prints the answer: as it came, or in words. */
export function tellAnswer<A>({ terminal, json }: Call, answer: A, describe: (answer: A) => string): void {
  if (json) terminal.json(answer);
  else terminal.line(describe(answer));
}

interface Summary {
  id: string;
  name: string;
  published: { version: number } | null;
  counts: { entered: number; waiting: number; parked: number; ended: number };
}

export async function list({ api, terminal, json }: Omit<Call, 'loop'>): Promise<void> {
  const loops = await api.get<Summary[]>(apiPath('loops'));
  if (json) return terminal.json(loops);
  terminal.line(
    table(
      ['loop', 'name', 'version', 'entered', 'in it', 'parked', 'ended'],
      loops.map(({ id, name, published, counts }) => [
        id,
        name,
        published?.version ?? 'draft',
        counts.entered,
        counts.waiting,
        counts.parked,
        counts.ended,
      ]),
    ),
  );
}

export const look = async <A>(call: Call, what: string, describe: (answer: A) => string): Promise<void> =>
  tellAnswer(call, await call.api.get<A>(`${apiPath('loops', call.loop)}/${what}`), describe);

export async function changeState(call: Call, verb: 'pause' | 'archive' | 'restore'): Promise<void> {
  tellAnswer(call, await call.api.send<StatusAnswer>('POST', apiPath('loops', call.loop, verb)), describeStatus);
}

/** Publishes the draft; with a document, saves that as the draft first, and makes the loop where there is none. */
export async function publish(call: Call, document: unknown): Promise<void> {
  const { api, loop } = call;
  const path = apiPath('loops', loop);
  const revision =
    document === undefined
      ? (await api.get<{ revision: number }>(path)).revision
      : await saveDraft(api, loop, document as Partial<Loop> | null);
  const answer = await api.send<{ version: number }>('POST', `${path}/publish`, { revision });
  tellAnswer(call, answer, ({ version }) => `${loop} is published as version ${version}; nobody under way was moved.`);
}

async function saveDraft(api: ApiClient, loop: string, document: Partial<Loop> | null): Promise<number> {
  if (document?.id !== loop)
    throw new CliError(
      `expected a file of the loop ${loop}, got one of ${document?.id ?? 'no loop'}: a loop keeps its id`,
    );
  const path = apiPath('loops', loop);
  const found = await api.get<{ revision: number }>(path).catch((error: unknown) => {
    if (error instanceof RefusedError && error.status === 404) return undefined;
    throw error;
  });
  const saved = found
    ? await api.send<{ revision: number }>('PUT', path, { document, revision: found.revision })
    : await api.send<{ revision: number }>('POST', apiPath('loops'), { id: loop, name: document.name, document });
  return saved.revision;
}

export const overdueChoices = ['continue', 'skip', 'exit', 'spread'] as const;
export interface ResumeOptions {
  overdue?: (typeof overdueChoices)[number];
  over?: string;
}

const choices = [
  'continue: as if nothing had been',
  'skip: they go on, but get no message before their next wait',
  'exit: they leave the loop',
  'spread PT6H: evenly over that time',
];

/** Never goes on over people who are overdue without somebody's choice. */
export async function resume(call: Call, options: ResumeOptions): Promise<void> {
  const { api, terminal, loop } = call;
  const choice = options.overdue === undefined ? await chooseOverdue(call, options) : options;
  const answer = await api.send<OverdueAnswer>('POST', apiPath('loops', loop, 'resume'), choice);
  tellAnswer({ ...call, terminal }, answer, (overdue) =>
    isNothing(overdue)
      ? `${loop} goes on; nothing was overdue.`
      : `${loop} goes on. ${many(overdue.total.overdue + overdue.total.arrived, 'customer')} and ${many(overdue.total.messages, 'message')} were overdue: ${choice.overdue}.`,
  );
}

async function chooseOverdue(call: Call, { over }: ResumeOptions): Promise<ResumeOptions> {
  if (over !== undefined) throw new CliError('expected --overdue spread with --over', 2);
  const { api, terminal, loop } = call;
  const overdue = await api.get<OverdueAnswer>(apiPath('loops', loop, 'overdue'));
  if (isNothing(overdue)) return { overdue: 'continue' };
  if (!terminal.asks) {
    tellAnswer(call, overdue, describeOverdue);
    throw new CliError(
      `${loop} was not resumed, because people are overdue: say what becomes of them with --overdue\n  ${choices.join('\n  ').replace('spread PT6H', 'spread --over PT6H')}`,
    );
  }
  if (!call.json) terminal.line(describeOverdue(overdue));
  const said = await terminal.ask(`What becomes of them?\n  ${choices.join('\n  ')}\n(nothing: stay paused) > `);
  const [word = '', time] = said.split(/\s+/);
  const chosen = overdueChoices.find((each) => each === word);
  if (!chosen)
    throw new CliError(said === '' ? `${loop} stays paused` : `${said} is none of the choices: ${loop} stays paused`);
  return { overdue: chosen, ...(time === undefined ? {} : { over: time }) };
}

export async function migrate(
  call: Call,
  migration: { from?: number; to?: number; map: Record<string, string | null>; dryRun: boolean },
): Promise<void> {
  const answer = await call.api.send<MigrationAnswer>('POST', apiPath('loops', call.loop, 'migrate'), migration);
  tellAnswer(call, answer, describeMigration);
  if (answer.missing.length > 0)
    throw new CliError(
      `${many(answer.missing.length, 'node')} with people ${answer.missing.length === 1 ? 'has' : 'have'} no place in version ${answer.to}`,
    );
}

/** `sweeping`: it takes away or sends, and names everybody: that is asked back. */
export async function intervene(
  call: Call,
  verb: InterventionVerb,
  body: object,
  { dryRun, yes, sweeping }: { dryRun: boolean; yes: boolean; sweeping: boolean },
): Promise<void> {
  const { api, terminal, loop } = call;
  const path = apiPath('loops', loop, verb);
  if (sweeping && !dryRun && !yes) {
    const counted = await api.send<InterventionAnswer>('POST', path, { ...body, dryRun: true });
    await confirm(terminal, `${loop}: ${describeIntervention(verb, counted).slice(0, -1)}`);
  }
  const answer = await api.send<InterventionAnswer>('POST', path, { ...body, dryRun });
  tellAnswer(call, answer, (told) => describeIntervention(verb, told));
}
