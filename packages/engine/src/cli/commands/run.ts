import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseLoop } from '../../loop/index.ts';
import type { Registry, SourceType } from '../../plugin/index.ts';
import type { Engine, RunningVersion } from '../../runner/index.ts';
import { createTransports, runToRest } from '../../runner/index.ts';
import { parseDuration } from '../../rule/index.ts';
import { CliError } from '../cli-error.ts';
import { parseDelivery } from '../delivery.ts';
import { makeEngine } from '../make-engine.ts';
import { wholeNumber } from '../options.ts';
import { printJson, printLine } from '../print.ts';
import { Progress } from '../progress.ts';
import { readJsonFile } from '../read-json-file.ts';
import type { RunResult } from '../results.ts';
import { runResult } from '../results.ts';
import { describeRun } from '../describe-run.ts';
import { openVirtualClock } from '../virtual-run.ts';
import type { Wiring } from '../wiring.ts';
import { stderrLog } from '../stderr-log.ts';

interface RunOptions {
  customers?: string;
  key?: string;
  db?: string;
  turns: number;
  seed?: number;
  tick: string;
  deliver: string[];
  json?: boolean;
}

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
    .option('--db <url>', 'a database as sqlite:<path> or a path; left out, one of its own that is thrown away')
    .option('--turns <n>', 'how often a customer may go round', wholeNumber('--turns', 1), 1)
    .option('--seed <n>', 'other luck for splits and experiments', wholeNumber('--seed', 0))
    .option('--tick <duration>', 'the step of the virtual clock', 'PT1H')
    .option(
      '--deliver <channel[=url]>',
      'let a node type, as interact/email=smtp://localhost:25, reach the world; may be repeated',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: RunOptions) => {
      const result = await runLoop(file, options, wiring);
      if (options.json) printJson(result);
      else printLine(describeRun(result));
    });
}

async function runLoop(file: string, options: RunOptions, wiring: Wiring): Promise<RunResult> {
  const begun = performance.now();
  const loop = parseLoop(readJsonFile(file));
  const registry = await wiring.registry();
  const deliver = parseDelivery(options.deliver, registry, wiring.config());
  const tick = parseDuration(options.tick);
  const temporary = options.db === undefined ? mkdtempSync(join(tmpdir(), 'osicam-run-')) : undefined;
  const url = options.db ?? `sqlite:${join(temporary as string, 'run.sqlite')}`;
  const stop = new AbortController();
  const onSignal = () => stop.abort(new CliError('stopped; the same command goes on from here if it names a --db'));
  process.once('SIGINT', onSignal);
  const progress = new Progress(loop.name);
  try {
    const db = await wiring.openDatabase(url);
    try {
      const run = await openVirtualClock(db, { seed: options.seed });
      const transports = createTransports({
        registry,
        log: stderrLog,
        folder: temporary ?? dirname(resolve(url.replace(/^sqlite:(\/\/)?/, ''))),
        deliver,
      });
      const engine = await makeEngine({
        db,
        registry,
        clock: run.clock,
        transports,
        log: stderrLog,
        limits: { turns: options.turns, seed: run.seed, reportAfter: 86_400_000 },
      });
      const version = await engine.publish(loop);
      await bringIn(engine, version, registry, {
        ...options,
        folder: dirname(resolve(file)),
        signal: stop.signal,
        progress,
        allCustomers: () =>
          db.read(async (tx) =>
            (await tx.all<{ id: number }>('SELECT id FROM customer WHERE merged_into IS NULL ORDER BY id')).map(
              ({ id }) => id,
            ),
          ),
      });
      await runToRest(engine, run.clock, {
        tick,
        signal: stop.signal,
        onAdvance: (now) => run.save(now),
        onProgress: (done) => progress.add(done, run.clock.now()),
      });
      await transports.close();
      return await runResult(db, version, {
        virtualSeconds: Math.round((run.clock.now() - run.started) / 1000),
        seconds: Math.round(performance.now() - begun) / 1000,
      });
    } finally {
      await db.close();
    }
  } finally {
    progress.stop();
    process.off('SIGINT', onSignal);
    if (temporary) rmSync(temporary, { recursive: true, force: true });
  }
}

/** Lets customers in: from the file named, from the loop's own sources, or all who are in the database. */
async function bringIn(
  engine: Engine,
  version: RunningVersion,
  registry: Registry,
  options: {
    customers?: string;
    key?: string;
    folder: string;
    signal: AbortSignal;
    progress: Progress;
    allCustomers: () => Promise<number[]>;
  },
): Promise<void> {
  const { folder, signal, progress } = options;
  const onProgress = progress.source;
  const entries = version.compiled.entries
    .map((id) => version.stations.get(id)?.node)
    .filter((node) => node !== undefined);
  if (options.customers !== undefined) {
    const type = registry.get('collect/file');
    if (type?.contract !== 'source')
      throw new CliError('no plugin of this installation offers collect/file, which reads customers');
    const entry = entries.find((node) => node.type.type === 'collect/file') ?? entries[0];
    const own = entry?.type === type ? (entry.settings as Record<string, unknown>) : {};
    const settings = parseSettings(type, {
      ...own,
      path: resolve(options.customers),
      ...(options.key === undefined ? {} : { key: options.key }),
    });
    await engine.readSource(version, entry?.id ?? '', { folder, signal, onProgress, instead: { type, settings } });
    return;
  }
  let read = 0;
  for (const node of entries) {
    const source = node.type as SourceType;
    if (!source.read || !hasPath(node.settings)) continue;
    await engine.readSource(version, node.id, { folder, signal, onProgress });
    read++;
  }
  if (read === 0) await engine.enter(version, await options.allCustomers());
}

const hasPath = (settings: unknown) => {
  const { path } = settings as { path?: unknown };
  return path === undefined || path !== '';
};

function parseSettings(type: SourceType, settings: unknown): unknown {
  const parsed = type.settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new CliError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}
