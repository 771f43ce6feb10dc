import * as customers from '../customers/index.ts';
import { createReader } from '../customers/reader.ts';
import type { AnyNodeType, Log } from '../plugin/index.ts';
import { definePlugin, Registry } from '../plugin/index.ts';
import * as store from '../store/index.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { VirtualClock } from './clock.ts';
import type { EngineParts } from './engine.ts';
import { Engine } from './engine.ts';
import type { Limits, Parts, Transports } from './parts.ts';
import { createTransports } from './transports.ts';

export { drawLoop } from './draw-loop.ts';

/** Monday, so that tests about days of the week read well. */
export const monday = Date.UTC(2026, 0, 5);

const silent: Log = { info: () => {}, warn: () => {} };

/** A whole engine over a database of its own, on a virtual clock: what the tests of this room run. */
export async function testEngine(
  nodes: readonly AnyNodeType[],
  options: {
    db?: store.Database;
    /** Verbs that do something else, or are looked at. */
    store?: Partial<typeof store>;
    worker?: Parts['worker'];
    url?: string;
    limits?: Partial<Limits>;
    transports?: Transports;
    start?: number;
    permission?: Parts['permission'];
    intake?: EngineParts['intake'];
  } = {},
) {
  const db = options.db ?? (await openTestDatabase(options.url));
  const clock = new VirtualClock(options.start ?? monday);
  const registry = new Registry([definePlugin({ name: 'test', nodes })]);
  const engine = new Engine({
    db,
    store: { ...store, ...options.store },
    customers,
    registry,
    clock,
    transports: options.transports ?? createTransports({ registry, log: silent, folder: '', deliver: {} }),
    log: silent,
    ...(options.worker ? { worker: options.worker } : {}),
    ...(options.permission ? { permission: options.permission } : {}),
    ...(options.intake ? { intake: options.intake } : {}),
    reader: (now) => createReader(db, now),
    limits: { turns: 1, reportAfter: 3_600_000, handlerTimeout: 5_000, seed: '', zone: 'UTC', ...options.limits },
  });
  await engine.start();

  /** Makes customers with these traits; their ids. */
  const people = (traits: readonly Record<string, string | number | boolean>[]) =>
    db.write(async (tx) => {
      const records = traits.map((each, i) => ({ identities: [{ kind: 'key', value: `c${i + 1}` }], traits: each }));
      const { customers: ids } = await customers.importRecords(tx, records, { now: clock.now(), source: 'test' });
      return ids.filter((id) => id !== undefined);
    });

  /** What was counted at each node of the newest version, those who wait counted where they stand. */
  const counts = async (loop: string) => {
    const version = engine.newest(loop);
    const stations = [...(version?.stations.values() ?? [])];
    const counted = await db.read((tx) =>
      store.countNodes(
        tx,
        stations.map(({ ref }) => ref),
        true,
      ),
    );
    return Object.fromEntries(
      stations.map(({ ref, node }) => {
        const count = counted.get(ref) as store.NodeCount;
        const ports = Object.fromEntries(
          [...count.ports].map(([port, n]) => [node.ports[port]?.id ?? String(port), n]),
        );
        return [node.id, { entered: count.entered, ports, waiting: count.waiting, parked: count.parked }];
      }),
    );
  };

  return { db, clock, engine, people, counts };
}
