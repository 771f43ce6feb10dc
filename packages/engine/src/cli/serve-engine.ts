import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthPort, Listening } from '../server/index.ts';
import { createHealthApp, createLog, serve as listen } from '../server/index.ts';
import { openPostgres } from '../store/index.ts';
import { startEngine } from './host/start-engine.ts';
import { createHealthPort } from './ports/other.ts';
import { createTokensPort } from './ports/tokens.ts';
import type { ServeOptions, Serving } from './serve.ts';

/** Nobody signs in here. */
const noAuth: AuthPort = {
  handler: async () => new Response('not found\n', { status: 404 }),
  session: async () => undefined,
  redeemSignInToken: async () => undefined,
};

/** A worker: the engine, and over HTTP only whether it lives and its figures. Any number of them share a PostgreSQL database. */
export async function startEngineOnly(
  options: Omit<ServeOptions, 'database'> & { database: string },
): Promise<Pick<Serving, 'baseURL' | 'engine' | 'stop'>> {
  const { config, data, host, port, database } = options;
  const folder = join(data, 'out');
  mkdirSync(folder, { recursive: true });
  const closing: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closing.toReversed()) await close();
    closing.length = 0;
  };
  try {
    const { clock, deliver } = options;
    const engine = await startEngine({ config: config.file, url: database, clock, deliver, folder });
    closing.push(async () => {
      await engine.host.stop().catch(() => undefined);
      await engine.ended.catch(() => undefined);
    });
    const reader = await openPostgres(database, { readOnly: true, connections: 2 });
    closing.push(() => reader.close());
    const read: typeof reader.read = (work) => reader.read(work);
    const log = createLog(options.logLevel);
    const baseURL = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const app = createHealthApp({
      log,
      baseURL,
      auth: noAuth,
      health: createHealthPort(read, engine.host, () => engine.clock.now()),
      tokens: createTokensPort({ read, writer: engine.host, now: () => Date.now() }),
    });
    const server: Listening = await listen(app, { host, port });
    closing.push(() => server.stop());
    return { baseURL, engine, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
