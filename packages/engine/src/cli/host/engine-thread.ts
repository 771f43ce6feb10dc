import { parentPort, workerData } from 'node:worker_threads';
import { loadRegistry, readConfig } from '../config.ts';
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
  retention: config.retention,
  log: stderrLog,
});
expose(port, {
  ...host,
  stop: async () => {
    await host.stop();
    // The answer goes out first.
    setImmediate(() => port.close());
  },
});
port.postMessage({ ready: true });
