import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEngineHost } from '../../packages/engine/src/cli/host/engine-host.ts';
import { definePlugin, Registry } from '../../packages/engine/src/plugin/index.ts';
import type { Database } from '../../packages/engine/src/store/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import { folder } from '../cli/osicam.ts';
import { toLoop } from '../simulation/draw.ts';
import { simulationNodes } from '../simulation/nodes.ts';

/** Everybody who pings goes through a writer into a wait for a day. */
const loop = toLoop(
  'full',
  { on: ['sim/on', { event: 'ping' }], stamp: ['sim/stamp'], delay: ['sim/delay', { hours: 24 }], end: ['sim/end'] },
  ['on.entered -> stamp', 'stamp.done -> delay', 'delay.done -> end'],
);

const pragma = (db: Database, text: string) => db.read((tx) => tx.first<Record<string, number>>(`PRAGMA ${text}`));
const count = async (db: Database, of: string) =>
  (await db.read((tx) => tx.first<{ count: number }>(`SELECT count(*) AS count FROM ${of}`)))?.count;

/** Lets the file of a database have so many pages, as a disk that is full does. */
const limitPages = (db: Database, pages: number) => db.write((tx) => tx.first(`PRAGMA max_page_count = ${pages}`));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 25));
}

test('on a full disk what comes in is refused and what was accepted is kept; with room again the engine goes on', async () => {
  const here = folder();
  const db = await openSqlite(join(here, 'db.sqlite'), { engine: true });
  const warned: string[] = [];
  const host = await createEngineHost({
    db,
    registry: new Registry([definePlugin({ name: 'sim', nodes: simulationNodes(async () => {}) })]),
    clock: { mode: 'live' },
    deliver: {},
    folder: here,
    zone: 'UTC',
    retention: {},
    log: { info: () => {}, warn: (_, facts) => void warned.push(JSON.stringify(facts)) },
  });
  try {
    await host.publish(loop);
    await host.ping();
    await limitPages(db, Number(Object.values((await pragma(db, 'page_count')) ?? {})[0]) + 3);

    const ingest = (i: number) =>
      host.ingest([
        {
          identities: [{ kind: 'userId', value: `u${i}` }],
          traits: { story: 'x'.repeat(500) },
          events: [{ type: 'ping', category: 'contact', time: Date.now(), properties: {}, messageId: `m${i}` }],
          messageId: `m${i}`,
          time: Date.now(),
        },
      ]);
    let accepted = 0;
    const refusal = await (async () => {
      for (;;)
        try {
          await ingest(accepted);
          accepted++;
        } catch (error) {
          return error;
        }
    })();
    expect(refusal).toMatchObject({
      name: 'StoreError',
      message: expect.stringMatching(/the disk is full: make room/),
    });
    expect(accepted).toBeGreaterThan(0);
    await expect(host.ping()).rejects.toThrow(/the disk is full/);
    // Nothing that was accepted is gone, nothing that was refused is there.
    expect(await count(db, 'event')).toBe(accepted);
    expect(await count(db, 'enrollment')).toBe(accepted);

    await limitPages(db, 1_000_000);
    await ingest(accepted);
    await until(async () => (await count(db, 'position WHERE phase = 1')) === accepted + 1);
    expect(await count(db, 'event')).toBe(accepted + 1);
    await until(() =>
      host.ping().then(
        () => true,
        () => false,
      ),
    );
  } finally {
    await host.stop();
  }
});
