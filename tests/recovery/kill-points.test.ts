import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommitPoint, Database } from '../../packages/engine/src/store/database.ts';
import { commitPoints } from '../../packages/engine/src/store/database.ts';
import { intakeState, listAside, openSqlite } from '../../packages/engine/src/store/index.ts';
import { root } from '../cli/osicam.ts';
import { snapshot } from '../simulation/snapshot.ts';
import { tellStory } from './story.ts';

const child = fileURLToPath(new URL('child.ts', import.meta.url));

/** At which transaction of each kind the process dies: where the story is in the middle of things. */
const nth: Readonly<Record<CommitPoint, number>> = {
  start: 2,
  publish: 2,
  source: 2,
  enter: 1,
  record: 1,
  ingest: 1,
  accept: 2,
  intake: 2,
  fire: 4,
  route: 1,
  pass: 2,
  handle: 3,
  compose: 3,
  arm: 4,
  'claim-messages': 3,
  'settle-messages': 3,
  report: 1,
  life: 3,
  prune: 1,
};

/** What everybody has been through and where everybody is, without what a second process must do otherwise: its own paths and attempts. */
async function outcome(db: Database, sink: string) {
  const { journal, paths, messages, positions, parked, tally, enrollments, events, reports, customers } = await db.read(
    (tx) => snapshot(tx),
  );
  const intake = await db.read(async (tx) => ({
    waiting: await intakeState(tx),
    // A client that has not heard its answer sends a bad call once more, and it is set aside once more.
    aside: [...new Set((await listAside(tx, { limit: 10 })).map(({ error, body }) => `${error}: ${body}`))],
  }));
  const steps = new Map<number, string>();
  for (const { path, node, port } of paths) steps.set(path, `${steps.get(path) ?? ''} ${node}:${port}`);
  const lines = existsSync(sink) ? readFileSync(sink, 'utf8').trim().split('\n') : [];
  return {
    journal: journal.map(({ path, ...row }) => ({ ...row, steps: steps.get(path) })),
    // Of a message that may not go twice nobody knows whether it went when the process died.
    messages: messages.map(({ customer, n, step, node, turn, status }) => {
      const became = status === 'unknown' ? 'sent' : status;
      return { customer, n, step, node, turn, became };
    }),
    unknown: messages.filter(({ status }) => status === 'unknown').length,
    positions,
    parked,
    tally: tally.filter(({ count }) => count !== 0),
    enrollments,
    events: events.map(({ customer, type, time, message_id }) => ({ customer, type, time, message_id })),
    reports,
    customers,
    intake,
    lines,
  };
}
type Outcome = Awaited<ReturnType<typeof outcome>>;

/** Tells the story to its end in this process, and says what it has come to and where it committed on the way. */
async function tellOn(here: string): Promise<Outcome & { points: Set<string> }> {
  const db = await openSqlite(join(here, 'db.sqlite'), { engine: true, throwaway: true });
  const points = new Set<string>();
  const noting: Database = {
    ...db,
    write: (work, point) => {
      if (point) points.add(point);
      return db.write(work, point);
    },
  };
  try {
    await tellStory(noting, join(here, 'sink'));
    return { ...(await outcome(db, join(here, 'sink'))), points };
  } finally {
    await db.close();
  }
}

/** Lets a process tell the story and kill itself; the signal that has ended it. */
async function tellAndDie(here: string, point: string, when: string, nth: number): Promise<string> {
  const args = [child, join(here, 'db.sqlite'), join(here, 'sink'), point, when, String(nth)];
  const osicam = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile') },
  });
  return new Promise((resolve, reject) => {
    osicam.once('error', reject);
    osicam.once('exit', (code, signal) => resolve(signal ?? `none: it ended with ${code}`));
  });
}

let base: string;
let leftAlone: Outcome & { points: Set<string> };
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'osicam-kill-'));
  leftAlone = await tellOn(folderOf('alone'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function folderOf(name: string): string {
  const here = join(base, name);
  mkdirSync(here);
  return here;
}

test('the story commits at every named point, sends by both kinds of channels, and loses nobody', () => {
  expect([...leftAlone.points].sort()).toEqual([...commitPoints].sort());
  expect(leftAlone.messages.length).toBeGreaterThan(50);
  expect(leftAlone.lines.length).toBe(new Set(leftAlone.lines).size);
  expect({ parked: leftAlone.parked, unknown: leftAlone.unknown }).toEqual({ parked: [], unknown: 0 });
});

for (const point of commitPoints)
  for (const when of ['before', 'after'] as const)
    test.concurrent(`killed ${when} the commit of ${point}, it ends as if it had been left alone`, async () => {
      const here = folderOf(`${point}-${when}`);
      expect(await tellAndDie(here, point, when, nth[point])).toBe('SIGKILL');
      const { unknown, lines, ...told } = await tellOn(here);
      const { unknown: none, lines: once, ...expected } = leftAlone;
      for (const name of Object.keys(expected) as (keyof typeof expected)[])
        if (name !== 'points') expect({ [name]: told[name] }).toEqual({ [name]: expected[name] });

      // By at most once each message came once, or the ledger says of it that nobody knows. By at least once all came.
      expect(none).toBe(0);
      const came = (key: string) => lines.filter((line) => line === key).length;
      const missing = once.filter((key) => came(key) === 0);
      expect(missing.every((key) => key.startsWith('rescue.mail.'))).toBe(true);
      expect(missing.length).toBeLessThanOrEqual(unknown);
      expect(lines.filter((key) => key.startsWith('rescue.mail.') && came(key) > 1)).toEqual([]);
      expect(lines.filter((key) => !once.includes(key))).toEqual([]);
    }, 120_000);
