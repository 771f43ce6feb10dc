import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLoop } from '../loop/index.ts';
import type { JsonObject, Registry, Story } from '../plugin/index.ts';
import { createTransports, runToRest } from '../runner/index.ts';
import { makeEngine } from './make-engine.ts';
import { Progress } from './progress.ts';
import type { RunResult } from './results.ts';
import { runResult } from './results.ts';
import { stderrLog } from './stderr-log.ts';
import { openVirtualClock } from './virtual-run.ts';
import type { Wiring } from './wiring.ts';

const day = 86_400_000;
const hour = 3_600_000;

/** Whole turns that the story is told for. */
export const toldTurns = 2;

/** What was found, and beside it what is true. */
export interface StoryResult extends RunResult {
  story: string;
  seed: number;
  truth: ({ turn: number } & JsonObject)[];
}

/** Tells a story on a virtual clock, its world within the process, in a database that is thrown away. */
export async function tellOnce(
  story: Story,
  wiring: Wiring,
  registry: Registry,
  { customers, seed }: { customers: number; seed: number },
): Promise<StoryResult> {
  const begun = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'osicam-demo-'));
  const progress = new Progress(story.title);
  const start = Math.floor(Date.now() / day) * day;
  const db = await wiring.openDatabase(`sqlite:${join(folder, 'demo.sqlite')}`, { throwaway: true, engine: true });
  try {
    const base = await story.prepare({ folder: join(folder, 'sources'), customers, seed, now: start });
    const world = base.world();
    const run = await openVirtualClock(db, { seed, start });
    const transports = createTransports({ registry, log: stderrLog, folder, deliver: {}, override: world.transports });
    const limits = { turns: toldTurns, seed: run.seed, reportAfter: day };
    const engine = await makeEngine({ db, registry, clock: run.clock, transports, log: stderrLog, limits });
    const version = await engine.publish(parseLoop(base.loop));
    for (const entry of version.compiled.entries)
      await engine.readSource(version, entry, {
        folder: base.folder,
        signal: new AbortController().signal,
        onProgress: progress.source,
      });
    for (const events of base.history()) await engine.record(events);
    await runToRest(engine, run.clock, {
      tick: hour,
      world,
      onProgress: (done) => progress.add(done, run.clock.now()),
    });
    const result = await runResult(db, version, {
      virtualSeconds: Math.round((run.clock.now() - run.started) / 1000),
      seconds: Math.round(performance.now() - begun) / 1000,
    });
    const turns = Array.from({ length: toldTurns }, (_, i) => i + 1);
    return { story: story.title, seed, ...result, truth: turns.map((turn) => ({ turn, ...world.truth(turn) })) };
  } finally {
    progress.stop();
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
