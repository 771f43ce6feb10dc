import { parentPort, workerData } from 'node:worker_threads';
import { isPostgres, openPostgres, openSqliteReader } from '../../store/index.ts';
import { readerMethods } from './reader-methods.ts';
import type { ReaderData } from './readers.ts';
import { expose } from './remote.ts';

/** A thread that only reads: see `readers.ts`. */
const { url } = workerData as ReaderData;
const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread');
const reader = isPostgres(url)
  ? await openPostgres(url, { readOnly: true, connections: 2 })
  : await openSqliteReader(url);
expose(port, {
  ...readerMethods(reader),
  stop: async () => {
    await reader.close();
    setImmediate(() => port.close());
  },
});
port.postMessage({ ready: true });
