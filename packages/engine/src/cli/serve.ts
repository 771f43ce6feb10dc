import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredTraits } from '../customers/index.ts';
import type { Registry } from '../plugin/index.ts';
import type { Auth, InboxPort, Listening, LogLevel } from '../server/index.ts';
import { createAuth, createLog, createServer, secretIn, serve as listen } from '../server/index.ts';
import type { Transaction } from '../store/index.ts';
import { isPostgres, openPostgres, openSqliteReader } from '../store/index.ts';
import type { Config } from './config.ts';
import { home } from './config.ts';
import type { ClockSpec } from './host/engine-host.ts';
import type { EngineThread } from './host/start-engine.ts';
import { createReaders } from './host/readers.ts';
import { startEngine } from './host/start-engine.ts';
import { createCustomersPort } from './ports/customers.ts';
import { createHooksPort } from './ports/hooks.ts';
import { createImportPort } from './ports/imports.ts';
import { createIngestPort } from './ports/ingest.ts';
import { IntakePace, usualLimits } from './ports/intake-pace.ts';
import { createLifePort } from './ports/life.ts';
import { createLoopsPort } from './ports/loops.ts';
import { createMessagesPort } from './ports/messages.ts';
import { createTokensPort } from './ports/tokens.ts';
import { createHealthPort, createNodesPort, createWriteKeysPort } from './ports/other.ts';
import { createPermissionPort } from './ports/permission.ts';
import { createIdentityPort } from './ports/identity.ts';
import { createPolicyPort } from './ports/policy.ts';
import { createPrivacyPort } from './ports/privacy.ts';
import { createListsPort } from './ports/lists.ts';
import { createSchemaPort } from './ports/schema.ts';
import { createSegmentsPort } from './ports/segments.ts';
import { createTypologiesPort } from './ports/typologies.ts';
import { sharedSecret } from './shared-secret.ts';
import { stderrLog } from './stderr-log.ts';

export interface ServeOptions {
  config: Config;
  registry: Registry;
  /** Folder of the database, the sign-in data and what channels write. */
  data: string;
  host: string;
  port: number;
  clock: ClockSpec;
  deliver: Record<string, unknown>;
  logLevel: LogLevel;
  inbox?: InboxPort;
  /** Where the data is, if not in a file in the data folder: a PostgreSQL database that other processes work on too. */
  database?: string;
  /** Where people reach it, where the configuration does not say. */
  publicURL?: string;
  /** `api`: makes no step itself, engines beside it do. */
  role?: 'all' | 'api';
}

/** A running installation: the server in this thread, the engine in its own. */
export interface Serving {
  baseURL: string;
  engine: EngineThread;
  auth: Auth;
  /** Reads the database beside the engine that writes it. */
  read: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
  stop(): Promise<void>;
}

export const version = (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version;

export async function startServing(options: ServeOptions): Promise<Serving> {
  const { config, registry, data, host, port } = options;
  mkdirSync(data, { recursive: true });
  const url = options.database ?? `sqlite:${join(data, 'osicam.sqlite')}`;
  const folder = join(data, 'out');
  const publicURL = config.publicURL ?? options.publicURL;
  mkdirSync(folder, { recursive: true });

  const closing: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const close of closing.toReversed()) await close();
    closing.length = 0;
  };
  try {
    const engine = await startEngine({
      config: config.file,
      url,
      clock: options.clock,
      deliver: options.deliver,
      folder,
      ...(publicURL === undefined ? {} : { publicURL }),
      ...(options.role === 'api' ? { idle: true } : {}),
    });
    closing.push(async () => {
      // One that has died has said why already.
      await engine.host.stop().catch(() => undefined);
      await engine.ended.catch(() => undefined);
    });
    const shared = isPostgres(url) ? await openPostgres(url, { readOnly: true }) : undefined;
    const reader = shared ?? (await openSqliteReader(url));
    closing.push(() => reader.close());
    const { read } = reader;
    const readers = createReaders(url);
    closing.push(() => readers.stop());
    const now = () => engine.clock.now();
    const secondsSince = (instant: number) => (now() - instant) / 1000 / engine.clock.speed;

    const log = createLog(options.logLevel);
    const baseURL = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const auth = await createAuth({
      database: shared ? url : join(data, 'auth.sqlite'),
      secret: shared ? await sharedSecret(shared) : secretIn(data),
      baseURL,
      log,
      administrator: { email: 'admin@osicam.example', name: 'Administrator' },
    });
    closing.push(() => auth.close());

    const stopping = new AbortController();
    const editorFolder = join(home, 'packages/editor/dist');
    const { app, direct } = createServer({
      installation: { version, demo: options.inbox !== undefined },
      baseURL,
      ...(existsSync(editorFolder) ? { editorFolder } : {}),
      log,
      stopping: stopping.signal,
      auth,
      loops: createLoopsPort({ host: engine.host, read, registry, now }),
      customers: createCustomersPort({ read, host: engine.host, registry, now }),
      privacy: createPrivacyPort(read, engine.host),
      imports: createImportPort({
        host: engine.host,
        registry,
        folder: data,
        log: stderrLog,
        now,
        declared: () => read(declaredTraits),
      }),
      ingest: createIngestPort(read, engine.host, new IntakePace(usualLimits, secondsSince)),
      messages: createMessagesPort(read),
      clock: { read: () => ({ mode: engine.clock.mode, now: now(), speed: engine.clock.speed }) },
      nodes: createNodesPort(registry),
      zone: config.zone,
      writeKeys: createWriteKeysPort(read, engine.host),
      life: createLifePort({ host: engine.host, read, now }),
      policy: createPolicyPort(read, engine.host),
      identity: createIdentityPort(read, engine.host, { readers, now }),
      permission: createPermissionPort(read, engine.host, { publicURL, now }),
      segments: createSegmentsPort({ read, writer: engine.host, readers, registry, now }),
      lists: createListsPort(read, engine.host),
      typologies: createTypologiesPort(read, { writer: engine.host, readers, now }),
      schema: createSchemaPort(read, engine.host),
      hooks: createHooksPort(read, engine.host),
      tokens: createTokensPort({ read, writer: engine.host, now: () => Date.now() }),
      health: createHealthPort(read, engine.host, now),
      ...(options.inbox ? { inbox: options.inbox } : {}),
    });
    const server: Listening = await listen(app, { host, port, direct });
    closing.push(async () => {
      stopping.abort();
      await server.stop();
    });
    return { baseURL, engine, auth, read, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
