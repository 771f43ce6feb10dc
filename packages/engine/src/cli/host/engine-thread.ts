import { parentPort, workerData } from 'node:worker_threads';
import { connectionsOf, loadRegistry, readConfig } from '../config.ts';
import { openDatabase } from '../open-database.ts';
import { stderrLog } from '../stderr-log.ts';
import { createEngineHost } from './engine-host.ts';
import type { ThreadData } from './start-engine.ts';
import { expose } from './remote.ts';

/** The thread that the engine lives in, so that a statement over a million rows never delays an HTTP answer. */
const data = workerData as ThreadData;
const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread');
const config = readConfig(data.config);
const registry = await loadRegistry(config);
const host = await createEngineHost({
  db: await openDatabase(data.url, { engine: true }),
  registry,
  clock: data.clock,
  deliver: data.deliver,
  folder: data.folder,
  ...(data.idle ? { idle: true } : {}),
  zone: config.zone,
  publicURL: config.publicURL ?? data.publicURL,
  retention: config.retention,
  connections: connectionsOf(config),
  log: stderrLog,
});
/**
 * How long what is under way has to come to its end, in milliseconds: a mail server that says nothing must not keep a machine
 * from going down. After that it is as if the process had been killed, which the next start knows what to do about.
 */
const grace = 5_000;

expose(port, {
  ...host,
  stop: async () => {
    const late = Symbol('late');
    const ended = await Promise.race([
      host.stop(),
      new Promise<symbol>((resolve) => setTimeout(resolve, grace, late).unref()),
    ]);
    // The answer goes out first, and what was logged.
    if (ended !== late) setImmediate(() => port.close());
    else {
      stderrLog.warn('stopped with work under way: the next start settles it', { waited: `${grace} ms` });
      setTimeout(() => process.exit(), 100);
    }
  },
});
port.postMessage({ ready: true });
