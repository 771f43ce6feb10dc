import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeEngine } from '../../packages/engine/src/cli/make-engine.ts';
import type { Loop } from '../../packages/engine/src/loop/index.ts';
import { Registry } from '../../packages/engine/src/plugin/index.ts';
import type { Engine, RunningVersion } from '../../packages/engine/src/runner/index.ts';
import { createTransports, liveClock } from '../../packages/engine/src/runner/index.ts';
import type { Database, NodeCount } from '../../packages/engine/src/store/index.ts';
import { countNodes, openPostgres } from '../../packages/engine/src/store/index.ts';
import { draw } from '../cli/draw.ts';
import type { PostgresServer } from '../lib/postgres-server.ts';
import { startPostgres } from '../lib/postgres-server.ts';
import plugin from './nodes.ts';

const people = 3_000;
const atOnce = 250;

const loop = draw(
  [
    ['in', 'w/in'],
    ['half', 'w/half'],
    ['stamp', 'w/stamp'],
    ['answer', 'w/answer', { seconds: 6 }],
    ['send', 'w/send'],
    ['end', 'w/end'],
  ],
  [
    'in.entered > half',
    'half.even > stamp',
    'half.odd > stamp',
    'stamp.done > answer',
    'answer.answered > send',
    'answer.timeout > send',
    'send.sent > end',
    'send.failed > end',
    'send.suppressed > end',
  ],
  'workers',
) as Loop;

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.remove());

/** Takes each key once, however often it is sent, as a receiver does that knows keys. */
async function openSink() {
  const taken = new Map<string, number>();
  const http = createServer((request, response) => {
    let key = '';
    request.on('data', (piece) => (key += String(piece)));
    request.on('end', () => {
      taken.set(key, (taken.get(key) ?? 0) + 1);
      response.end();
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    taken,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    close: () => {
      http.closeAllConnections();
      http.close();
    },
  };
}

async function startWorker(url: string, sink: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('worker.ts', import.meta.url)), url, sink], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [Buffer | number];
  expect(String(said)).toContain('works');
  return child;
}

async function stopWorker(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}

/** An engine that lets people in and tells of events, and makes no step itself: what the API's process is. */
async function openGate(url: string): Promise<{ db: Database; engine: Engine; version: RunningVersion }> {
  const db = await openPostgres(url);
  const registry = new Registry([plugin]);
  const log = { info: () => {}, warn: () => {} };
  const transports = createTransports({ registry, log, folder: '', deliver: {} });
  const engine = await makeEngine({ db, registry, clock: liveClock(), transports, log });
  return { db, engine, version: await engine.publish(loop) };
}

/** Lets everybody in, batch by batch, and tells of an answer of every second one; each told twice, as senders that are not sure do. */
async function letIn(engine: Engine, version: RunningVersion, between: (batch: number) => Promise<void>) {
  for (let from = 0; from < people; from += atOnce) {
    const ids = Array.from({ length: atOnce }, (_, i) => from + i);
    const records = ids.map((id) => ({
      identities: [{ kind: 'key', value: `c${id}` }],
      traits: { parity: id % 2 === 0 ? 'even' : 'odd' },
    }));
    await engine.enterParties(version.loop.id, { parties: records }, 'test');
    await between(from / atOnce);
    const answers = ids
      .filter((id) => id % 4 < 2)
      .map((id) => ({
        identities: [{ kind: 'key', value: `c${id}` }],
        event: { type: 'answer', category: 'contact' as const, time: Date.now(), properties: {}, messageId: `a${id}` },
      }));
    await engine.record(answers);
    await engine.record(answers);
  }
}

async function untilAllHaveEnded(db: Database): Promise<void> {
  for (;;) {
    const row = await db.read((tx) =>
      tx.first<{ ended: number }>('SELECT count(*) AS ended FROM enrollment WHERE ended_at IS NOT NULL'),
    );
    if (row?.ended === people) return;
    await setTimeout(200);
  }
}

/** What must be true of a run in which nothing was lost and nothing done twice. */
async function expectAllDoneOnce(db: Database, version: RunningVersion, taken: ReadonlyMap<string, number>) {
  const count = async (sql: string) =>
    (await db.read((tx) => tx.first<{ n: number }>(`SELECT count(*) AS n ${sql}`)))?.n;
  expect({
    customers: await count('FROM customer'),
    enrollments: await count('FROM enrollment'),
    standing: await count('FROM position'),
    subscriptions: await count('FROM subscription'),
    parked: await count('FROM parked'),
    answers: await count('FROM event'),
    stampedOnce: await count("FROM customer WHERE CAST(traits ->> 'stamps' AS bigint) = 1"),
    messages: await count("FROM message WHERE status = 'sent'"),
    otherMessages: await count("FROM message WHERE status <> 'sent'"),
    keysTaken: taken.size,
  }).toEqual({
    customers: people,
    enrollments: people,
    standing: 0,
    subscriptions: 0,
    parked: 0,
    answers: people / 2,
    stampedOnce: people,
    messages: people,
    otherMessages: 0,
    keysTaken: people,
  });

  const stations = [...version.stations.values()];
  const counts = await db.read((tx) =>
    countNodes(
      tx,
      stations.map(({ ref }) => ref),
      true,
    ),
  );
  for (const { ref, node } of stations) {
    const { entered, ports } = counts.get(ref) as NodeCount;
    const left = [...ports.values()].reduce((sum, n) => sum + n, 0);
    expect([node.id, entered, left]).toEqual([node.id, people, people]);
  }
  // Every customer has passed every node once, and the journal says so.
  const passed = await db.read((tx) =>
    tx.all<{ node: number; n: number; customers: number }>(
      `SELECT s.node, count(*) AS n, count(DISTINCT j.customer) AS customers
       FROM journal j JOIN path_step s ON s.path = j.path WHERE s.port >= 0 GROUP BY s.node`,
    ),
  );
  expect(passed.map(({ n, customers }) => [n, customers])).toEqual(stations.map(() => [people, people]));
}

test('three workers on one server take everybody through the loop once', async () => {
  await server.createDatabase('calm');
  const url = server.url('calm');
  const sink = await openSink();
  const { db, engine, version } = await openGate(url);
  const workers = await Promise.all([1, 2, 3].map(() => startWorker(url, sink.url)));
  await letIn(engine, version, async () => undefined);
  await untilAllHaveEnded(db);
  await expectAllDoneOnce(db, version, sink.taken);
  const senders = await db.read((tx) => tx.all('SELECT DISTINCT worker FROM tally'));
  expect(senders.length).toBeGreaterThan(1);
  await Promise.all(workers.map(stopWorker));
  // Nobody died: no message was sent a second time.
  expect([...sink.taken.values()].every((times) => times === 1)).toBe(true);
  await db.close();
  sink.close();
}, 120_000);

test('the server is restarted again and again and a worker is killed, and nothing is lost and nothing done twice', async () => {
  await server.createDatabase('rough');
  const url = server.url('rough');
  const sink = await openSink();
  const { db, engine, version } = await openGate(url);
  const workers = await Promise.all([1, 2, 3].map(() => startWorker(url, sink.url)));
  let restarts: Promise<void> = Promise.resolve();
  const restart = () => {
    restarts = restarts.then(async () => {
      await server.stop();
      await setTimeout(300);
      await server.start();
    });
  };
  await letIn(engine, version, async (batch) => {
    // In the middle of what the workers do, and of what is being let in.
    if (batch % 4 === 1) restart();
    if (batch === 6) {
      workers.shift()?.kill('SIGKILL');
      workers.push(await startWorker(url, sink.url));
    }
  });
  await restarts;
  // Once more while messages are on their way.
  await setTimeout(3_000);
  restart();
  await restarts;
  await untilAllHaveEnded(db);
  await expectAllDoneOnce(db, version, sink.taken);
  await Promise.all(workers.map(stopWorker));
  await db.close();
  sink.close();
}, 180_000);
