import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { createTransports, liveClock } from '../../runner/index.ts';
import { makeEngine } from '../make-engine.ts';
import { openReader } from '../open-database.ts';
import { databaseOption, wholeNumber } from '../options.ts';
import type { OrganizeResult } from '../organize.ts';
import { organize } from '../organize.ts';
import { printJson, printLine, table, tell } from '../print.ts';
import { stderrLog } from '../stderr-log.ts';
import type { Wiring } from '../wiring.ts';

interface OrganizeOptions {
  db: string;
  merge?: number;
  propose?: number;
  dryRun?: boolean;
  undo?: number;
  json?: boolean;
}

/** `osicam organize`: finds customers who are one person, merges the certain ones and proposes the others. */
export function addOrganize(program: Command, wiring: Wiring): void {
  program
    .command('organize')
    .description(
      'Find customers who are one person by name, birth date, address, e-mail and phone: merge those who are certain, propose the others',
    )
    .addOption(databaseOption('; PostgreSQL may be served meanwhile').makeOptionMandatory())
    .option(
      '--merge <p>',
      'from this certainty on two are merged; left out, what the identity policy says',
      probability,
    )
    .option('--propose <p>', 'from this certainty on two are proposed', probability)
    .option('--dry-run', 'change nothing, and say what would be done; works beside a server')
    .option(
      '--undo <customer>',
      'instead: undo the merge by which this customer became part of another',
      wholeNumber('--undo', 1),
    )
    .option('--json', 'print one JSON document')
    .action(async (options: OrganizeOptions) => {
      if (options.undo !== undefined) return undo(options.undo, options, wiring);
      const result = options.dryRun ? await plan(options) : await carryOut(options, wiring);
      if (options.json) printJson(result);
      else printLine(describe(result));
    });
}

async function plan(options: OrganizeOptions): Promise<OrganizeResult> {
  const db = await openReader(options.db);
  try {
    return await organize(db, { ...thresholdsOf(options), now: Date.now(), onProgress: saying() });
  } finally {
    await db.close();
  }
}

const carryOut = (options: OrganizeOptions, wiring: Wiring): Promise<OrganizeResult> =>
  withEngine(options, wiring, ({ db, engine }) =>
    organize(db, { engine, ...thresholdsOf(options), now: Date.now(), onProgress: saying() }),
  );

async function undo(customer: number, options: OrganizeOptions, wiring: Wiring): Promise<void> {
  const undone = await withEngine(options, wiring, ({ engine }) => engine.unmerge(customer, 'organize --undo'));
  if (options.json) return printJson(undone);
  const given = Object.entries(undone.given).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  printLine(
    `Customer ${undone.customer} is no part of ${undone.from} any more; given back: ${given.join(', ') || 'nothing'}.`,
  );
  for (const what of undone.left) printLine(`Not given back: ${what}.`);
}

/** An engine that makes no step: what it merges moves enrollments with it, and whoever serves the database goes on. */
async function withEngine<T>(
  { db: url }: OrganizeOptions,
  wiring: Wiring,
  work: (with_: {
    db: Awaited<ReturnType<Wiring['openDatabase']>>;
    engine: Awaited<ReturnType<typeof makeEngine>>;
  }) => Promise<T>,
): Promise<T> {
  const registry = await wiring.registry();
  const db = await wiring.openDatabase(url, { engine: true });
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
    return await work({ db, engine });
  } finally {
    await transports.close();
    await db.close();
  }
}

const thresholdsOf = ({ merge, propose }: OrganizeOptions) => ({
  thresholds: { ...(merge === undefined ? {} : { merge }), ...(propose === undefined ? {} : { propose }) },
});

function probability(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError(`expected a share between 0 and 1, as 0.95, got ${text}.`);
}

/** A line every few seconds. */
function saying(): (what: string, done: number) => void {
  let said = performance.now();
  return (what, done) => {
    if (performance.now() - said < 5_000) return;
    said = performance.now();
    tell(`${what}: ${Math.floor(Math.min(1, done) * 100)} %`);
  };
}

function describe({
  customers,
  compared,
  merged,
  proposed,
  dryRun,
  oversized,
  seconds,
  memory,
  merges,
  proposals,
}: OrganizeResult): string {
  const lines = [
    table(
      [
        'customers',
        'compared',
        dryRun ? 'would be merged' : 'merged',
        dryRun ? 'would be proposed' : 'proposed',
        'seconds',
        'MB',
      ],
      [[customers, compared, merged, proposed, seconds, Math.round(memory / 1_000_000)]],
    ),
  ];
  if (oversized.keys > 0)
    lines.push(
      `${oversized.keys} keys are shared by more customers than are compared each with each (${oversized.largest} at most); there, only neighbours were.`,
    );
  const rows = (of: readonly { score: number; why: string }[], ids: (i: number) => [number, number]) =>
    of.slice(0, 10).map(({ score, why }, i) => [...ids(i), score.toFixed(3), why]);
  if (merges.length > 0)
    lines.push(
      '',
      table(
        ['customer', 'into', 'certainty', 'why'],
        rows(merges, (i) => [merges[i]?.customer ?? 0, merges[i]?.into ?? 0]),
      ),
    );
  if (proposals.length > 0)
    lines.push(
      '',
      table(
        ['customer', 'other', 'certainty', 'proposed because'],
        rows(proposals, (i) => [proposals[i]?.customer ?? 0, proposals[i]?.other ?? 0]),
      ),
    );
  return lines.join('\n');
}
