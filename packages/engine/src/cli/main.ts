import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { home } from './config.ts';
import { tell } from './print.ts';
import type { Wiring } from './wiring.ts';
import { createWiring } from './wiring.ts';

type Add = (program: Command, wiring: Wiring) => void;

/** In the order of the help. What a command stands on is loaded when that one is given: `validate` needs no server. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  serve: async () => (await import('./commands/serve.ts')).addServe,
  run: async () => (await import('./commands/run.ts')).addRun,
  validate: async () => (await import('./commands/validate.ts')).addValidate,
  nodes: async () => (await import('./commands/nodes.ts')).addNodes,
  import: async () => (await import('./commands/import.ts')).addImport,
  loop: async () => (await import('./commands/loop.ts')).addLoop,
  token: async () => (await import('./commands/token.ts')).addToken,
  organize: async () => (await import('./commands/organize.ts')).addOrganize,
  person: async () => (await import('./commands/person.ts')).addPerson,
  segment: async () => (await import('./commands/segment.ts')).addSegment,
  schema: async () => (await import('./commands/schema.ts')).addSchema,
};

/** The one that the first word names; all of them where it is none, for the help and for what was mistyped. */
function commandsFor([first = '']: readonly string[]): (() => Promise<Add>)[] {
  const named = Object.hasOwn(commands, first) ? commands[first] : undefined;
  return named ? [named] : Object.values(commands);
}

/** The `osicam` command. Wrong input ends with 1, wrong usage with 2; both say why on standard error. */
async function main(args: readonly string[]): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const program = new Command('osicam')
    .description('Closed loops of customer relationships: draw, run and measure them')
    .version(version)
    .option('--config <file>', 'configuration of this installation', process.env.OSICAM_CONFIG)
    .showHelpAfterError('(--help shows what can be given)')
    .exitOverride();
  const wiring = createWiring(() => program.opts<{ config?: string }>().config);
  for (const load of commandsFor(args)) (await load())(program, wiring);
  for (const command of program.commands) command.exitOverride();

  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

/** Errors that say to a user what was expected and what came; any other is a bug, and comes with its stack. */
const told = new Set([
  'LoopError',
  'StoreError',
  'StoreUnavailableError',
  'PluginError',
  'RuleError',
  'ListenError',
  'AuthFileError',
  'SourceError',
  'FileError',
  'UnknownCustomerError',
  'MergeError',
]);

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CliError) {
    tell(`osicam: ${error.message}`);
    return error.exitCode;
  }
  tell(
    isForTheUser(error)
      ? `osicam: ${error.message}`
      : `osicam: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return 1;
}

/** What the user can mend: what our own rooms say of their input, and what the system says of a file or a folder. */
function isForTheUser(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { syscall, path } = error as NodeJS.ErrnoException;
  return told.has(error.name) || (syscall !== undefined && path !== undefined);
}

await main(process.argv.slice(2));
