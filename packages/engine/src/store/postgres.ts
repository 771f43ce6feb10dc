import { setTimeout } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import pg from 'pg';
import type { Database } from './database.ts';
import { StoreError } from './database.ts';
import { createMoved } from './fill-moved.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { settle, Statements, statementsOver } from './postgres-connection.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { isConnectionLoss, placeOf, toStoreError } from './postgres-errors.ts';
import { Slot } from './postgres-slot.ts';
import { writeOnce } from './postgres-write.ts';

/** Older ones want a name for each subquery. */
const oldestVersion = 160000;

export interface PostgresOptions {
  /** Connections that write, and as many again half that read. */
  connections?: number;
  /** For reading alone, beside those who write: the schema must be there. */
  readOnly?: boolean;
}

export const isPostgres = (url: string): boolean => /^postgres(ql)?:\/\//i.test(url);

const reading = {
  // Customers are handled in batches: to compile a plan takes longer than to run it.
  jit: 'off',
  client_min_messages: 'warning',
  tcp_keepalives_idle: '30',
  default_transaction_read_only: 'on',
};

const writing = {
  ...reading,
  default_transaction_read_only: 'off',
  // What writes looks rows up by their keys, a batch at a time. The batch is a temporary table or a list, of whose size the
  // planner knows nothing: before it learns how large the tables have become it would read them from end to end.
  enable_seqscan: 'off',
  random_page_cost: '1.1',
  // A worker whose machine is gone, and not its connection, gives back the rows that it has claimed after this.
  idle_in_transaction_session_timeout: "'10min'",
};

/**
 * Opens the PostgreSQL database that `url` names, and brings it to the newest schema. Several processes may have it open at
 * once. Connections that write are kept apart from those that read: a handler within a transaction reads, and would wait for
 * ever for a connection if all were taken by transactions that wait for one.
 */
export async function openPostgres(
  url: string,
  { connections = 6, readOnly = false }: PostgresOptions = {},
): Promise<Database> {
  const place = placeOf(url);
  await assertReachable(url, place);
  if (!readOnly) await migratePostgres(url, place);

  const statements = new Statements();
  const poolOf = (
    max: number,
    settings: Readonly<Record<string, string>>,
    also?: (client: ClientBase) => Promise<void>,
  ) => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      pipeline: true,
      application_name: 'osicam',
      connectionTimeoutMillis: 20_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      onConnect: (async (client: ClientBase) => {
        await settle(client, settings);
        await also?.(client);
      }) as unknown as (client: ClientBase) => void,
    } as pg.PoolConfig & { pipeline: boolean });
    // A connection that breaks while nobody uses it is replaced at the next need.
    pool.on('error', () => undefined);
    return pool;
  };
  const readers = poolOf(Math.max(2, Math.ceil(connections / 2)), reading);
  const writers = poolOf(connections, writing, async (client) => {
    await createMoved(statementsOver(client, statements, place));
  });

  let slot: Slot | undefined;
  const read = patiently(readers);
  return {
    url,
    dialect: postgresDialect,
    shared: true,
    write: (work) => writeOnce({ pool: writers, statements, place }, work),
    read: (work) => work(statementsOver(read, statements, place)),
    async alone(statement) {
      try {
        await writers.query(statement);
      } catch (error) {
        throw toStoreError(error, place);
      }
    },
    async keepSlot(onTaken) {
      slot = await Slot.take(url, place, onTaken);
      return slot.number;
    },
    async close() {
      await slot?.close();
      await Promise.all([readers.end(), writers.end()]);
    },
  };
}

/** A pool whose single statements outlive a restart of the server: a read that broke off is asked again. */
function patiently(pool: pg.Pool) {
  return {
    async query(config: pg.QueryConfig): Promise<pg.QueryResult> {
      for (let left = 100; ; left--)
        try {
          return await pool.query(config);
        } catch (error) {
          if (!isConnectionLoss(error) || left === 0) throw error;
          await setTimeout(200);
        }
    },
  };
}

/** One look, without patience: a wrong address is told at once. A server that is just starting is given a moment. */
async function assertReachable(url: string, place: string): Promise<void> {
  for (let left = 20; ; left--) {
    const client = clientFor(url, place);
    try {
      await client.connect();
      const { rows } = await client.query<{ version: string }>(
        "SELECT current_setting('server_version_num') AS version",
      );
      const version = Number(rows[0]?.version);
      if (version < oldestVersion)
        throw new StoreError(
          `expected PostgreSQL ${oldestVersion / 10_000} or newer at ${place}, got ${Math.floor(version / 10_000)}`,
        );
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== '57P03' || left === 0) throw toStoreError(error, place);
      await setTimeout(500);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function clientFor(url: string, place: string): pg.Client {
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  } catch (error) {
    throw new StoreError(
      `expected a database as postgres://user:password@host:5432/name, got ${place}: ${(error as Error).message}`,
    );
  }
  client.on('error', () => undefined);
  return client;
}
