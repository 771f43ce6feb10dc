import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Registry, definePlugin } from '../../packages/engine/src/plugin/index.ts';
import { makeEngine } from '../../packages/engine/src/cli/make-engine.ts';
import { createTransports, VirtualClock } from '../../packages/engine/src/runner/index.ts';
import type { Database } from '../../packages/engine/src/store/index.ts';
import { openPostgres } from '../../packages/engine/src/store/index.ts';
import { startPostgres } from '../lib/postgres-server.ts';
import type { Bench } from './bench.ts';
import { now } from './engine.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { loop, nodes } from './postgres-loop.ts';

const workers = 3;
const script = fileURLToPath(new URL('postgres-worker.ts', import.meta.url));

interface Stand {
  router: number;
  rest: number;
  path: number;
}

/** Customers and enrollments, and the loop: made once. */
async function prepare(db: Database, rows: number): Promise<Stand> {
  const registry = new Registry([definePlugin({ name: 'bench', nodes })]);
  const log = { info: () => {}, warn: () => {} };
  const transports = createTransports({ registry, log, folder: '', deliver: {} });
  const engine = await makeEngine({
    db,
    registry,
    transports,
    log,
    clock: new VirtualClock(now),
    limits: { turns: 1 },
  });
  const version = await engine.publish(loop);
  const ref = (node: string) => version.stations.get(node)?.ref as number;
  await db.write(async (tx) => {
    await tx.run(
      `INSERT INTO customer (id, created_at, updated_at, traits)
       SELECT i, 0, 0, '{}' FROM generate_series(CAST(1 AS bigint), ?) AS i`,
      [rows],
    );
    await tx.run(
      'INSERT INTO enrollment (customer, n, version, entered_at, node) SELECT id, 1, ?, ?, ? FROM customer ORDER BY id',
      [version.id, now, ref('in')],
    );
  });
  const path = await db.write((tx) =>
    tx.first<{ id: number }>("INSERT INTO loop_path (version, steps) VALUES (?, 'floor') RETURNING id", [version.id]),
  );
  return { router: ref('next'), rest: ref('rest'), path: (path as { id: number }).id };
}

/** Everybody stands at the router again, as if nobody had ever gone on. */
async function reset(db: Database, { router }: Stand): Promise<void> {
  await db.write((tx) => tx.run('TRUNCATE position, journal, tally'));
  await db.write((tx) =>
    tx.run(
      `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
       SELECT CAST(? AS bigint), CAST(? AS bigint), id, 1, 2, 1, CAST(? AS bigint), 0 FROM customer ORDER BY id`,
      [router, now, now],
    ),
  );
  await db.write((tx) => tx.run('ANALYZE position'));
  await db.read((tx) => tx.all('CHECKPOINT'));
}

const lineOf = (child: ChildProcess) =>
  new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (piece: Buffer) => resolve(piece.toString()));
    child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });

/** Three processes begin at once; the seconds until the last of them finds nothing more. */
async function race(url: string, as: readonly string[]): Promise<{ seconds: number; peakMemoryMB: number }> {
  const children = Array.from({ length: workers }, () =>
    spawn(process.execPath, [script, url, ...as], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(children.map(lineOf));
  const start = performance.now();
  const told = children.map(lineOf);
  for (const child of children) child.stdin.write('go\n');
  const results = (await Promise.all(told)).map((line) => JSON.parse(line) as { peakMemoryMB: number });
  return {
    seconds: (performance.now() - start) / 1000,
    peakMemoryMB: Math.max(...results.map(({ peakMemoryMB }) => peakMemoryMB)),
  };
}

async function expectMoved(db: Database, rows: number, { rest }: Stand): Promise<void> {
  const row = await db.read((tx) =>
    tx.first<{ journal: number; moved: number }>(
      `SELECT (SELECT count(*) FROM journal) AS journal, (SELECT count(*) FROM position WHERE node = ? AND step = 3) AS moved`,
      [rest],
    ),
  );
  if (row?.journal !== rows || row.moved !== rows)
    throw new Error(`expected ${rows} to have moved once, got ${JSON.stringify(row)}`);
}

export const bench: Bench = {
  name: 'postgres',
  describe: 'claim, move and journal on a durable PostgreSQL server, with three workers',
  measures: {},
  async run({ folder, rows = 300_000, runs = 3, say }) {
    const server = await startPostgres({ folder, durable: true });
    try {
      const url = server.url();
      const db = await openPostgres(url);
      say(`making ${rows} customers who stand at a node`);
      const stand = await prepare(db, rows);
      const refs = [stand.router, stand.rest, stand.path].map(String);
      const done = { floor: [] as number[], osicam: [] as number[], memory: [] as number[] };
      for (let run = 1; run <= runs; run++)
        for (const as of ['floor', 'osicam'] as const) {
          await reset(db, stand);
          const { seconds, peakMemoryMB } = await race(url, as === 'floor' ? [as, ...refs] : [as]);
          await expectMoved(db, rows, stand);
          say(`run ${run} of ${runs}: ${as} ${seconds.toFixed(2)} s, ${Math.round(rows / seconds)} moves/s`);
          done[as].push(seconds);
          if (as === 'osicam') done.memory.push(peakMemoryMB);
        }
      await db.close();
      const value = median(done.osicam);
      const least = median(done.floor);
      return {
        name: 'postgres',
        value: rounded(value),
        unit: 's',
        floor: rounded(least),
        ratio: ratioOf(least, value),
        goal: 0.7,
        runs,
        peakMemoryMB: Math.max(...done.memory),
        rows,
        workers,
        movesPerSecond: Math.round(rows / value),
        floorIs: 'one statement that claims by SKIP LOCKED, moves and journals, in batches as large',
      };
    } finally {
      await server.remove();
    }
  },
};
