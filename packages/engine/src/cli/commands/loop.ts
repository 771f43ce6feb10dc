import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { ApiClient } from '../loop-client/api-client.ts';
import { apiPath, createApiClient, RefusedError } from '../loop-client/api-client.ts';
import { describeAudit, describeOverdue, describeStatus, many } from '../loop-client/describe.ts';
import { addReachOptions, reach } from '../loop-client/reach.ts';
import type { ReachOptions } from '../loop-client/reach.ts';
import { addSelectionOptions, identities, selectionOf } from '../loop-client/selection.ts';
import type { Identity, SelectionOptions } from '../loop-client/selection.ts';
import { processTerminal } from '../loop-client/terminal.ts';
import type { Terminal } from '../loop-client/terminal.ts';
import type { Call, ResumeOptions } from '../loop-client/verbs.ts';
import * as verbs from '../loop-client/verbs.ts';
import { CliError } from '../cli-error.ts';
import { wholeNumber } from '../options.ts';
import { readParties } from '../loop-client/read-parties.ts';
import { readJsonFile } from '../read-json-file.ts';

/** Where the command runs: who is there to be asked, and what is set. */
export interface Surroundings {
  terminal: Terminal;
  environment: NodeJS.ProcessEnv;
}

export const addLoop = (program: Command): void =>
  addLoopIn(program, { terminal: processTerminal, environment: process.env });

/** `osicam loop`: looks after the loops of a server that runs, by its API. */
export function addLoopIn(program: Command, { terminal, environment }: Surroundings): void {
  /** What the server refuses is with --json its answer as well, for the program that asked. */
  const withServer = async (options: ReachOptions, act: (api: ApiClient, json: boolean) => Promise<void>) => {
    const json = options.json === true;
    try {
      await act(createApiClient(reach(options, environment)), json);
    } catch (error) {
      if (json && error instanceof RefusedError) terminal.json(error.answer);
      throw error;
    }
  };

  const loop = program
    .command('loop')
    .description('Look after a loop of a running server: its life, who is in it, what it sent');

  /** A verb on one loop. Its action is given the server and the loop, and its own options. */
  const verb = <O extends object>(
    name: string,
    description: string,
    options: (command: Command) => Command,
    act: (call: Call, options: O) => Promise<void>,
  ) =>
    addReachOptions(options(loop.command(name).description(description).argument('<loop>', "the loop's id"))).action(
      (id: string, all: O & ReachOptions) =>
        withServer(all, (api, json) => act({ api, terminal, loop: id, json }, all)),
    );
  const none = (command: Command) => command;

  addReachOptions(loop.command('list').description('All loops of the server')).action((options: ReachOptions) =>
    withServer(options, async (api, json) => verbs.list({ api, terminal, json })),
  );
  verb('status', 'Where it is in its life, who is in it, and what may be done', none, (call) =>
    verbs.look(call, 'status', describeStatus),
  );
  verb<{ limit: number }>(
    'audit',
    'Who did what to it, the latest first',
    (command) => command.option('--limit <n>', 'how many entries', wholeNumber('--limit', 1, 1000), 100),
    (call, { limit }) => verbs.look(call, `audit?limit=${limit}`, describeAudit),
  );
  verb('overdue', 'What has come due and stands still, a node at a time', none, (call) =>
    verbs.look(call, 'overdue', describeOverdue),
  );
  verb<{ file?: string }>(
    'publish',
    'Make a version of its draft; moves nobody who is under way',
    (command) =>
      command.option('--file <file>', 'a loop file, saved as the draft first; makes the loop where there is none'),
    (call, { file }) => verbs.publish(call, file === undefined ? undefined : readJsonFile(file)),
  );
  verb('pause', 'Stop every step and message; events are still taken in', none, (call) =>
    verbs.changeState(call, 'pause'),
  );
  verb<ResumeOptions>(
    'resume',
    'Go on, with a choice for those who are overdue: without one they are shown first',
    (command) =>
      command
        .addOption(
          new Option('--overdue <choice>', 'what becomes of who came due meanwhile').choices(verbs.overdueChoices),
        )
        .option('--over <duration>', 'with spread: over how long, as PT6H'),
    (call, { overdue, over }) =>
      verbs.resume(call, { ...(overdue === undefined ? {} : { overdue }), ...(over === undefined ? {} : { over }) }),
  );
  verb('archive', 'Let nobody in any more, and keep history and figures', none, (call) =>
    verbs.changeState(call, 'archive'),
  );
  verb('restore', 'Bring it back from the archive', none, (call) => verbs.changeState(call, 'restore'));
  verb<{ from?: number; to?: number; map?: Record<string, string | null>; dryRun?: boolean }>(
    'migrate',
    'Move people in flight to another version',
    (command) =>
      command
        .option(
          '--map <old=new...>',
          'where people at a node go; old= ends them; nodes that are still there need none',
          mapping,
        )
        .option('--from <n>', 'the version that they are in; left out, all older ones', wholeNumber('--from', 1))
        .option('--to <n>', 'the version that they come to; left out, the newest', wholeNumber('--to', 1))
        .option('--dry-run', 'move nobody, and count'),
    (call, { from, to, map = {}, dryRun = false }) =>
      verbs.migrate(call, {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        map,
        dryRun,
      }),
  );

  const { cancel, replay, retry, release } = selecting;
  verb(
    'cancel',
    'End who is in it, wherever they stand; what is queued for them is not sent',
    addSelectionOptions,
    cancel,
  );
  verb(
    'replay',
    'Once more from an entry, whatever its rule about coming again',
    (command) => addSelectionOptions(command).option('--entry <node>', 'the entry; left out, the first'),
    replay,
  );
  verb('retry', 'Let parked customers try their node again', addSelectionOptions, retry);
  verb(
    'release',
    'Let parked customers leave their node by a port, or leave the loop',
    (command) =>
      addSelectionOptions(command)
        .option('--port <id>', 'the port; left out, the first')
        .option('--exit', 'out of the loop instead'),
    release,
  );
  verb<{ status: string; key?: string[]; node?: string; dryRun?: boolean; yes?: boolean; all?: boolean }>(
    'redrive',
    'Send messages once more that failed for good, or of which nobody knows, with their own keys',
    (command) =>
      command
        .addOption(new Option('--status <status>', 'which messages').choices(['failed', 'unknown']).default('failed'))
        .option('--key <key...>', 'these messages, by key')
        .option('--node <id>', 'those of this node')
        .option('--all', 'all of that status')
        .option('--dry-run', 'send nothing, and count')
        .option('--yes', 'do not ask back'),
    (call, { status, key: keys, node, all = false, dryRun = false, yes = false }) => {
      if (keys === undefined && node === undefined && !all)
        throw new CliError('expected which messages: --key or --node, or --all for all of that status', 2);
      const body = { status, ...(keys ? { keys } : {}), ...(node === undefined ? {} : { node }) };
      return verbs.intervene(call, 'redrive', body, { dryRun, yes, sweeping: all });
    },
  );
  verb<{ identity?: Identity[]; parties?: string; node?: string; key?: string }>(
    'enter',
    'Let parties in; those who are not known are made',
    (command) =>
      command
        .option(
          '--identity <kind=value...>',
          'parties, each by what it is known by, as email=ada@example.com',
          identities,
        )
        .option('--parties <file>', 'a JSON file with a list of { "identities": [{ "kind", "value" }], "traits" }')
        .option('--node <id>', 'the entry; left out, the first')
        .option('--key <key>', 'what tells several enrollments of one customer apart, as the id of a cart'),
    async (call, { identity = [], parties, node, key }) => {
      const all = [
        ...identity.map((each) => ({ identities: [each] })),
        ...(parties === undefined ? [] : readParties(parties)),
      ];
      if (all.length === 0) throw new CliError('expected who enters: --identity or --parties', 2);
      const body = { ...(node === undefined ? {} : { node }), ...(key === undefined ? {} : { key }), parties: all };
      const answer = await call.api.send<{ entered: number }>('POST', apiPath('loops', call.loop, 'enter'), body);
      verbs.tellAnswer(call, answer, ({ entered }) => `${many(entered, 'customer')} entered.`);
    },
  );
}

/** Interventions on enrollments that flags select. */
const selecting = {
  cancel: (call: Call, options: SelectionOptions) => select(call, 'cancel', options, true),
  retry: (call: Call, options: SelectionOptions) => select(call, 'retry', options, false),
  replay: (call: Call, options: SelectionOptions & { entry?: string }) =>
    select(call, 'replay', options, true, options.entry === undefined ? {} : { node: options.entry }),
  release: (call: Call, options: SelectionOptions & { port?: string; exit?: boolean }) => {
    const { port, exit = false } = options;
    return select(call, 'release', options, true, { ...(port === undefined ? {} : { port }), exit });
  },
};

function select(
  call: Call,
  verb: 'cancel' | 'replay' | 'retry' | 'release',
  options: SelectionOptions,
  grave: boolean,
  more: object = {},
): Promise<void> {
  const { dryRun = false, yes = false, all = false } = options;
  return verbs.intervene(
    call,
    verb,
    { selection: selectionOf(options), ...more },
    { dryRun, yes, sweeping: grave && all },
  );
}

function mapping(text: string, all: Record<string, string | null> = {}): Record<string, string | null> {
  const [, from, to] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (from === undefined || to === undefined)
    throw new InvalidArgumentError(`expected old=new, or old= to end people there, got ${text}.`);
  return { ...all, [from]: to === '' ? null : to };
}
