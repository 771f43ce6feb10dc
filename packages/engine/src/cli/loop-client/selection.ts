import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Selection } from '../../server/index.ts';
import { CliError } from '../cli-error.ts';
import { wholeNumber } from '../options.ts';
import { readJsonFile } from '../read-json-file.ts';

/** Who is meant, as flags. Everything given must hold. */
export interface SelectionOptions {
  customer?: number[];
  identity?: Identity[];
  rule?: string;
  node?: string;
  ofVersion?: number;
  all?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

export interface Identity {
  kind: string;
  value: string;
}

const customerId = wholeNumber('--customer', 1);

export function addSelectionOptions(command: Command): Command {
  return command
    .option('--customer <id...>', 'these customers, by number', (text: string, all: number[] = []) => [
      ...all,
      customerId(text),
    ])
    .option(
      '--identity <kind=value...>',
      'these customers, by what they are known by, as email=ada@example.com',
      identities,
    )
    .option('--rule <file>', 'customers for whom the rule in this JSON file holds')
    .option('--node <id>', 'who stands, or is parked, at this node')
    .option('--of-version <n>', 'who is in this version of the loop', wholeNumber('--of-version', 1))
    .option('--all', 'everybody; beside other flags, everybody for whom they hold')
    .option('--dry-run', 'change nothing, and count who would be')
    .option('--yes', 'do not ask back');
}

export function identities(text: string, all: Identity[] = []): Identity[] {
  const [, kind, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (kind === undefined || value === undefined)
    throw new InvalidArgumentError(`expected kind=value, as email=ada@example.com, got ${text}.`);
  return [...all, { kind, value }];
}

export function selectionOf(options: SelectionOptions): Selection {
  const { customer, identity, rule, node, ofVersion, all } = options;
  const selection: Selection = {
    ...(all ? { all: true } : {}),
    ...(customer === undefined ? {} : { customers: customer }),
    ...(identity === undefined ? {} : { identities: identity }),
    ...(rule === undefined ? {} : { rule: readJsonFile(rule) as Record<string, unknown> }),
    ...(node === undefined ? {} : { node }),
    ...(ofVersion === undefined ? {} : { version: ofVersion }),
  };
  if (Object.keys(selection).length === 0)
    throw new CliError(
      'expected who is meant: --customer, --identity, --rule, --node or --of-version, or --all for everybody',
      2,
    );
  return selection;
}
