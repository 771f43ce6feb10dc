import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseLoop } from '../../loop/index.ts';
import type { CompiledNode } from '../../machine/index.ts';
import { compile } from '../../machine/index.ts';
import type { SourceType } from '../../plugin/index.ts';
import { createTransports, runToRest } from '../../runner/index.ts';
import type { Database } from '../../store/index.ts';
import { isPostgres } from '../../store/index.ts';
import { CliError } from '../cli-error.ts';
import { parseDelivery } from '../delivery.ts';
import { describeRun } from '../describe-run.ts';
import { makeEngine } from '../make-engine.ts';
import { duration, wholeNumber } from '../options.ts';
import { printJson, printLine, tell } from '../print.ts';
import { Progress } from '../progress.ts';
import type { Refusals } from '../reach-world.ts';
import { findRefusals, reachWorld } from '../reach-world.ts';
import { readJsonFile } from '../read-json-file.ts';
import type { RunResult } from '../results.ts';
import { runResult } from '../results.ts';
import { checkSources, planSources, readSources } from '../run-sources.ts';
import { stderrLog } from '../stderr-log.ts';
import { openVirtualClock } from '../virtual-run.ts';
import type { Wiring } from '../wiring.ts';

interface RunOptions {
  customers?: string;
  key?: string;
  db?: string;
  turns: number;
  seed?: number;
  tick: number;
  for?: number;
  deliver: string[];
  json?: boolean;
}

const hour = 3_600_000;
const day = 24 * hour;

/** `osicam run`: one loop, its customers, a virtual clock, and the figures. */
export function addRun(program: Command, wiring: Wiring): void {
  program
    .command('run')
    .description(
      'Run a loop on a virtual clock until every customer has ended, gone round, or waits for what no clock brings',
    )
    .argument('<loop>', 'a loop file')
    .option(
      '--customers <file>',
      'who enters: a CSV or JSON Lines file; left out, the loop’s own sources, else all customers of the database',
    )
    .option('--key <column>', 'the column that identifies a customer')
    .option(
      '--db <url>',
      'a database as sqlite:<path>, a path, or postgres://…; left out, one of its own that is thrown away',
    )
    .option('--turns <n>', 'how often a customer may go round', wholeNumber('--turns', 1), 1)
    .option('--seed <n>', 'other luck for splits and experiments', wholeNumber('--seed', 0))
    .option('--tick <duration>', 'the step of the virtual clock (default: PT1H)', duration('--tick'))
    .option(
      '--for <duration>',
      'stop after so much virtual time, as P90D; left out, once nothing is due but schedules that have fired',
      duration('--for'),
    )
    .option(
      '--deliver <channel[=url]>',
      'let a node type, as interact/email=smtp://localhost:25, reach the world; files go beside the database, else here; may be repeated',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option('--json', 'print one JSON document')
    .action(async (file: string, { tick = hour, ...options }: Partial<RunOptions> & Omit<RunOptions, 'tick'>) => {
      const { result, refusals } = await runLoop(file, { ...options, tick }, wiring);
      if (options.json) printJson(result);
      else printLine(describeRun(result));
      for (const line of refusals.lines) tell(`osicam: ${line}`);
      if (refusals.isAll) process.exitCode = 1;
    });
}

async function runLoop(
  file: string,
  options: RunOptions,
  wiring: Wiring,
): Promise<{ result: RunResult; refusals: Refusals }> {
  const begun = performance.now();
  const loop = parseLoop(readJsonFile(file));
  const registry = await wiring.registry();
  const deliver = parseDelivery(options.deliver, registry, wiring.config());
  const sources = planSources(compile(loop, registry), registry, {
    ...options,
    ...(options.customers === undefined ? {} : { customers: resolve(options.customers) }),
  });
  const folder = dirname(resolve(file));
  const stop = new AbortController();
  const onSignal = () => stop.abort(new CliError('stopped; the same command goes on from here if it names a --db'));
  const { signal } = stop;
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  // All that can be wrong with the input is found before there is a database that could be left half-done.
  await checkSources(sources, { folder, signal, now: Date.now() });

  const temporary = options.db === undefined ? mkdtempSync(join(tmpdir(), 'osicam-run-')) : undefined;
  const url = options.db ?? `sqlite:${join(temporary as string, 'run.sqlite')}`;
  const transports = createTransports({
    registry,
    log: stderrLog,
    // What a real channel writes is to stay, whatever becomes of the database.
    folder: temporary || isPostgres(url) ? process.cwd() : dirname(resolve(url.replace(/^sqlite:(\/\/)?/, ''))),
    deliver,
  });
  const progress = new Progress(loop.name);
  try {
    await reachWorld(transports, Object.keys(deliver));
    const db = await wiring.openDatabase(url, { throwaway: temporary !== undefined, engine: true });
    try {
      const run = await openVirtualClock(db, { seed: options.seed });
      const engine = await makeEngine({
        db,
        registry,
        clock: run.clock,
        transports,
        log: stderrLog,
        publicURL: wiring.config().publicURL,
        limits: { turns: options.turns, seed: run.seed, reportAfter: day, zone: wiring.config().zone },
      });
      const version = await engine.publish(loop);
      await readSources(engine, version, sources, { folder, signal, onProgress: progress.source });
      const first = version.compiled.nodes.get(version.compiled.entries[0] as string) as CompiledNode;
      // A schedule lets them in itself.
      const bySchedule = (first.type as SourceType).entry(first.settings).on === 'schedule';
      if (sources.length === 0 && !bySchedule) await engine.enter(version, await allCustomers(db));
      await runToRest(engine, run.clock, {
        tick: options.tick,
        ...(options.for === undefined ? {} : { until: run.started + options.for }),
        signal,
        onAdvance: (now) => run.save(now),
        onProgress: (done) => progress.add(done, run.clock.now()),
      });
      const result = await runResult(db, version, {
        virtualSeconds: Math.round((run.clock.now() - run.started) / 1000),
        seconds: Math.round(performance.now() - begun) / 1000,
      });
      return { result, refusals: await findRefusals(db, version, Object.keys(deliver)) };
    } finally {
      await db.close();
    }
  } finally {
    progress.stop();
    await transports.close();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  }
}

async function allCustomers(db: Database): Promise<number[]> {
  const rows = await db.read((tx) =>
    tx.all<{ id: number }>('SELECT id FROM customer WHERE merged_into IS NULL ORDER BY id'),
  );
  return rows.map(({ id }) => id);
}
