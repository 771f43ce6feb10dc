import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addDemo } from './commands/demo.ts';
import { addImport } from './commands/import.ts';
import { addLoop } from './commands/loop.ts';
import { addNodes } from './commands/nodes.ts';
import { addOrganize } from './commands/organize.ts';
import { addRun } from './commands/run.ts';
import { addSchema } from './commands/schema.ts';
import { addPerson } from './commands/person.ts';
import { addSegment } from './commands/segment.ts';
import { addServe } from './commands/serve.ts';
import { addToken } from './commands/token.ts';
import { addValidate } from './commands/validate.ts';
import { home } from './config.ts';
import { tell } from './print.ts';
import { createWiring } from './wiring.ts';

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
  for (const add of [
    addDemo,
    addServe,
    addRun,
    addValidate,
    addNodes,
    addImport,
    addLoop,
    addToken,
    addOrganize,
    addPerson,
    addSegment,
    addSchema,
  ])
    add(program, wiring);
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
