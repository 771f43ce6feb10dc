import plugins from '@osicam/plugins';
import { makeEngine } from '../../packages/engine/src/cli/make-engine.ts';
import type { AnyNodeType } from '../../packages/engine/src/plugin/index.ts';
import { definePlugin, Registry } from '../../packages/engine/src/plugin/index.ts';
import { createTransports, VirtualClock } from '../../packages/engine/src/runner/index.ts';
import type { Database, Transaction } from '../../packages/engine/src/store/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';

/** Monday, the instant at which every bench stands still. */
export const now = Date.UTC(2026, 0, 5);

const log = { info: () => {}, warn: (message: string, facts?: object) => console.error(message, facts ?? '') };

export interface EngineOptions {
  /** Node types beside the built-in ones. */
  nodes?: readonly AnyNodeType[];
  clock?: VirtualClock;
  turns?: number;
  /** Need not outlive a power cut: where memory is measured, not speed. */
  throwaway?: boolean;
  /** Channels that reach the world, with their configuration. */
  deliver?: Readonly<Record<string, unknown>>;
}

/** The real engine with all built-in nodes over a database file, as the command makes it. */
export async function openEngine(
  file: string,
  { nodes = [], clock = new VirtualClock(now), turns = 1, throwaway = false, deliver = {} }: EngineOptions = {},
) {
  const { db, longest } = timed(await openSqlite(file, { throwaway }));
  const registry = new Registry([plugins, definePlugin({ name: 'bench', nodes })]);
  const transports = createTransports({ registry, log, folder: '', deliver });
  const engine = await makeEngine({ db, registry, transports, log, clock, limits: { turns } });
  return { db, engine, longest };
}

/** How long in milliseconds one statement and one whole transaction have held the thread at most. */
export interface Longest {
  statementMs: number;
  holdMs: number;
}

function timed(db: Database): { db: Database; longest: Longest } {
  const longest: Longest = { statementMs: 0, holdMs: 0 };
  const timing = async <T>(work: () => Promise<T>, as: keyof Longest): Promise<T> => {
    const start = performance.now();
    const result = await work();
    longest[as] = Math.max(longest[as], performance.now() - start);
    return result;
  };
  const wrap = (tx: Transaction): Transaction => ({
    dialect: tx.dialect,
    all: (sql, parameters) => timing(() => tx.all(sql, parameters), 'statementMs'),
    first: (sql, parameters) => timing(() => tx.first(sql, parameters), 'statementMs'),
    run: (sql, parameters) => timing(() => tx.run(sql, parameters), 'statementMs'),
    runMany: (sql, rows) => timing(() => tx.runMany(sql, rows), 'statementMs'),
  });
  return {
    longest,
    db: {
      ...db,
      write: (work, point) => timing(() => db.write((tx) => work(wrap(tx)), point), 'holdMs'),
      read: (work) => timing(() => db.read((tx) => work(wrap(tx))), 'holdMs'),
    },
  };
}
