import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import * as customers from '../customers/index.ts';
import type { Log, Registry } from '../plugin/index.ts';
import type { Clock, Limits, Transports } from '../runner/index.ts';
import { Engine } from '../runner/index.ts';
import { readRequest } from '../server/ingest/read-request.ts';
import * as store from '../store/index.ts';
import { permissionSecret } from './permission-secret.ts';

/** Enough for any loop that a clock drives: the turns of a live engine have no end. */
export const endlessTurns = Number.MAX_SAFE_INTEGER;

const minute = 60_000;

/** An engine over a database, with the verbs that the runner is handed. */
export async function makeEngine(parts: {
  db: store.Database;
  registry: Registry;
  clock: Clock;
  transports: Transports;
  log: Log;
  limits?: Partial<Limits>;
  connections?: Readonly<Record<string, string>>;
  /** Where people reach this installation. */
  publicURL?: string | undefined;
}): Promise<Engine> {
  const { db, limits, publicURL, ...rest } = parts;
  const secret = await permissionSecret(db);
  const worker = await store.joinWorkers(db, { name: `${hostname()} ${process.pid}`, now: () => parts.clock.now() });
  const engine = new Engine({
    ...rest,
    db,
    worker,
    store,
    customers,
    permission: {
      secret,
      newSecret: () => randomBytes(24).toString('base64url'),
      ...(publicURL === undefined ? {} : { publicURL }),
    },
    reader: (now) => customers.createReader(db, now),
    intake: { read: readRequest, stopwatch: () => performance.now() },
    limits: { turns: endlessTurns, reportAfter: minute, handlerTimeout: 30_000, seed: '', zone: 'UTC', ...limits },
  });
  await engine.start();
  return engine;
}
