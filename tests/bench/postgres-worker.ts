import { definePlugin, Registry } from '../../packages/engine/src/plugin/index.ts';
import { makeEngine } from '../../packages/engine/src/cli/make-engine.ts';
import { createTransports, VirtualClock } from '../../packages/engine/src/runner/index.ts';
import { openPostgres } from '../../packages/engine/src/store/index.ts';
import { claimAndMove, nodes } from './postgres-loop.ts';
import { now } from './engine.ts';

/** One of the workers of the bench: `<database> osicam`, or `<database> floor <from> <to> <path>`. Begins when it is told to. */
const [url = '', as = '', ...refs] = process.argv.slice(2);
const db = await openPostgres(url, { connections: 2 });
const log = { info: () => {}, warn: () => {} };

async function prepare(): Promise<() => Promise<unknown>> {
  if (as === 'floor') {
    const [from, to, path] = refs.map(Number);
    const parameters = [from, now, now, path, to, now, now] as number[];
    return async () => {
      while ((await db.write((tx) => tx.run(claimAndMove, parameters))) > 0);
    };
  }
  const registry = new Registry([definePlugin({ name: 'bench', nodes })]);
  const transports = createTransports({ registry, log, folder: '', deliver: {} });
  const engine = await makeEngine({
    db,
    registry,
    transports,
    log,
    clock: new VirtualClock(now),
    limits: { turns: 1 },
  });
  return async () => {
    while ((await engine.work()) > 0);
  };
}

const work = await prepare();
// Its connection is there, and its statements have been made.
await db.write((tx) => tx.first('SELECT 1 AS one'));
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  void work()
    .then(() => db.close())
    .then(() => {
      process.stdout.write(`${JSON.stringify({ peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) })}\n`);
      process.exit(0);
    });
});
