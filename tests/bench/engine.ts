import * as customers from '../../packages/engine/src/customers/index.ts';
import { createReader } from '../../packages/engine/src/customers/reader.ts';
import { definePlugin, Registry } from '../../packages/engine/src/plugin/index.ts';
import { VirtualClock } from '../../packages/engine/src/runner/clock.ts';
import { Engine } from '../../packages/engine/src/runner/engine.ts';
import { createTransports } from '../../packages/engine/src/runner/transports.ts';
import type { Database, Transaction } from '../../packages/engine/src/store/index.ts';
import * as store from '../../packages/engine/src/store/index.ts';
import { setTraits } from '../../packages/plugins/src/aliment/set-traits/index.ts';
import { event } from '../../packages/plugins/src/collect/event/index.ts';
import { delay } from '../../packages/plugins/src/flow/delay/index.ts';
import { end } from '../../packages/plugins/src/flow/end/index.ts';
import { split } from '../../packages/plugins/src/flow/split/index.ts';
import { rules } from '../../packages/plugins/src/segment/rules/index.ts';

/** Monday, the instant at which every bench stands still. */
export const now = Date.UTC(2026, 0, 5);

const log = { info: () => {}, warn: (message: string, facts?: object) => console.error(message, facts ?? '') };

/** The real engine with the built-in nodes over a database file. */
export async function openEngine(file: string) {
  const { db, longest } = timed(await store.openSqlite(file));
  const registry = new Registry([definePlugin({ name: 'bench', nodes: [event, rules, split, setTraits, delay, end] })]);
  const engine = new Engine({
    db,
    store,
    customers,
    registry,
    clock: new VirtualClock(now),
    transports: createTransports({ registry, log, folder: '', deliver: {} }),
    log,
    reader: (at) => createReader(db, at),
    limits: { turns: 1, reportAfter: 3_600_000, handlerTimeout: 5_000, seed: '' },
  });
  await engine.start();
  return { db, engine, longest };
}

/** The database, and how long in milliseconds one statement and one whole transaction have held the thread at most. */
function timed(db: Database): { db: Database; longest: { statementMs: number; holdMs: number } } {
  const longest = { statementMs: 0, holdMs: 0 };
  const wrap = (tx: Transaction): Transaction => {
    const time =
      <Given extends unknown[], T>(verb: (...given: Given) => Promise<T>) =>
      async (...given: Given): Promise<T> => {
        const start = performance.now();
        const result = await verb(...given);
        longest.statementMs = Math.max(longest.statementMs, performance.now() - start);
        return result;
      };
    return {
      all: time(tx.all) as Transaction['all'],
      first: time(tx.first) as Transaction['first'],
      run: time(tx.run),
      runMany: time(tx.runMany),
    };
  };
  const hold = async <T>(of: Database['write'], work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await of((tx) => work(wrap(tx)));
    longest.holdMs = Math.max(longest.holdMs, performance.now() - start);
    return result;
  };
  return {
    longest,
    db: {
      url: db.url,
      close: db.close,
      write: (work) => hold(db.write, work),
      read: (work) => hold(db.read, work),
    },
  };
}
