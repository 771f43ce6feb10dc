import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import {
  countPerson,
  exportPerson,
  findParts,
  findPersons,
  nameOf,
  readTimeline,
  showCustomer,
} from '../../customers/index.ts';
import { createTransports, liveClock } from '../../runner/index.ts';
import type { ErasureCounts } from '../../server/index.ts';
import { personFormat } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import { isPostgres, readMeta } from '../../store/index.ts';
import { CliError } from '../cli-error.ts';
import { describePerson } from '../describe-person.ts';
import { erasePerson } from '../erase-person.ts';
import { apiPath, createApiClient } from '../loop-client/api-client.ts';
import { addReachOptions, reach } from '../loop-client/reach.ts';
import type { ReachOptions } from '../loop-client/reach.ts';
import { makeEngine } from '../make-engine.ts';
import { openReader } from '../open-database.ts';
import { printJson, printLine } from '../print.ts';
import { stderrLog } from '../stderr-log.ts';
import type { Wiring } from '../wiring.ts';
import { databaseOption, servedDatabase } from '../options.ts';

interface Options {
  db: string;
  json?: boolean;
}

interface EraseOptions extends ReachOptions {
  db?: string;
  yes?: boolean;
  out?: string;
}

/** `osicam person`: all that is known of one person, taken along or taken away. */
export function addPerson(program: Command, wiring: Wiring): void {
  const person = program
    .command('person')
    .description('Show, export or erase one person, named by #12, email:ann@example.com, or a value of any kind');
  const key = ['<key>', '#12, email:ann@example.com, or a value of any kind'] as const;
  const on = (command: Command) =>
    command
      .argument(...key)
      .addOption(databaseOption().default(servedDatabase))
      .option('--json', 'print one JSON document');

  on(person.command('show').description('What is known, in short, and what happened last')).action(
    (named: string, options: Options) =>
      reading(options.db, async (tx) => {
        const id = await oneOf(tx, named);
        const now = await clockOf(tx);
        const view = await showCustomer(tx, id, { now });
        if (!view) throw unknown(named);
        const { entries } = await readTimeline(tx, id, { limit: 20 });
        if (options.json) printJson({ ...view, name: nameOf(view.traits), timeline: entries });
        else printLine(describePerson(view, entries));
      }),
  );

  on(person.command('export').description(`All that is known of a person, as one document of the form ${personFormat}`))
    .option('--out <file>', 'write it there instead of to standard output')
    .action(async (named: string, options: Options & { out?: string }) => {
      const db = await openReader(options.db);
      try {
        const [id, now] = await db.read(async (tx) => [await oneOf(tx, named), await clockOf(tx)] as const);
        const known = await exportPerson((work) => db.read(work), id, { now });
        if (!known) throw unknown(named);
        const document = { format: personFormat, ...known };
        if (options.out === undefined) return printJson(document);
        // Nobody else on this machine need read it.
        writeFileSync(options.out, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
        printLine(`All that is known of customer ${known.customer.id} stands in ${options.out}`);
      } finally {
        await db.close();
      }
    });

  addReachOptions(
    person
      .command('erase')
      .description(
        'Take away all that names or describes a person, for good. Without --yes it only counts. By --db where no server works on the database, else by --server',
      )
      .argument(...key)
      .addOption(databaseOption())
      .option(
        '--out <folder>',
        'where channels have written files; left out, the folder "out" beside a SQLite database',
      )
      .option('--yes', 'do it'),
  ).action(async (named: string, options: EraseOptions) => {
    const dryRun = options.yes !== true;
    const erased =
      options.db === undefined
        ? await byServer(named, options, dryRun)
        : await byHand(named, options.db, options, dryRun, wiring);
    if (options.json) return printJson(erased);
    const counts = Object.entries(erased.counts).filter(([, count]) => count > 0);
    printLine(
      `${dryRun ? 'Would erase' : 'Erased'} customer ${erased.customer}: ${counts.map(([name, count]) => `${count} ${words(name)}`).join(', ')}`,
    );
    if (dryRun) printLine('Nothing has been changed: add --yes to do it.');
  });
}

/** Asks the server that works on the database. */
async function byServer(named: string, options: EraseOptions, dryRun: boolean): Promise<ErasureCounts> {
  const api = createApiClient(reach(options, process.env));
  const { id } = await api.send<{ id: number }>('POST', apiPath('customers', 'find'), { key: named });
  return api.send<ErasureCounts>('POST', apiPath('customers', String(id), 'erase'), { dryRun });
}

/** Does it in this process, on a database that nobody else works on. */
async function byHand(
  named: string,
  url: string,
  { out }: EraseOptions,
  dryRun: boolean,
  wiring: Wiring,
): Promise<ErasureCounts> {
  if (dryRun)
    return reading(url, async (tx) => {
      const customer = await oneOf(tx, named);
      return { customer, dryRun, counts: await countPerson(tx, await findParts(tx, customer)) };
    });
  const registry = await wiring.registry();
  const folder = out ?? (isPostgres(url) ? undefined : join(dirname(url.replace(/^sqlite:(\/\/)?/i, '')), 'out'));
  const db = await wiring.openDatabase(url, { engine: true }).catch((error: Error) => {
    if (!error.message.includes('another engine')) throw error;
    throw new CliError(
      `a server works on the database ${url}, and the person is in what it remembers: leave out --db, and show the server (--server) an administrator's token`,
    );
  });
  const transports = createTransports({ registry, log: stderrLog, folder: process.cwd(), deliver: {} });
  try {
    const engine = await makeEngine({
      db,
      registry,
      clock: liveClock(),
      transports,
      log: stderrLog,
      limits: { zone: wiring.config().zone },
    });
    const id = await db.read((tx) => oneOf(tx, named));
    const erased = await erasePerson({ db, engine, folder: folder ?? '' }, id, { dryRun }, 'person erase');
    if (!erased) throw unknown(named);
    return erased;
  } finally {
    await transports.close();
    await db.close();
  }
}

async function reading<T>(url: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const db = await openReader(url);
  try {
    return await db.read(work);
  } finally {
    await db.close();
  }
}

async function oneOf(tx: Transaction, named: string): Promise<number> {
  const found = await findPersons(tx, named);
  if (found.length > 1)
    throw new CliError(
      `${named} is a key of ${found.length} customers (${found.map((id) => `#${id}`).join(', ')}): name its kind, as email:${named}`,
    );
  if (found[0] === undefined) throw unknown(named);
  return found[0];
}

const unknown = (named: string) => new CliError(`there is no customer ${named}`);
const words = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

/** The clock of the installation, which may be an accelerated one. */
const clockOf = async (tx: Transaction): Promise<number> =>
  Math.max(Number((await readMeta(tx, 'clock')) ?? 0), Date.now());
