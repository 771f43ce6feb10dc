import { parentPort, workerData } from 'node:worker_threads';
import { openSqlite } from '../../store/index.ts';
import type { FromThread, WriterOptions } from './record-writer.ts';
import { BatchWriter } from './record-writer.ts';
import type { WirePack } from './wire-pack.ts';
import { fromWire } from './wire-pack.ts';

/** The thread that `ThreadWriter` starts: it has a connection of its own and writes what it is sent, in order. */
const options = workerData as WriterOptions;
const say = (message: FromThread): void => parentPort?.postMessage(message);

/** Half the engine's cache: an import has 300 MB in all, and a batch in order of key needs little. */
const cacheMb = 32;

const opening = openSqlite(options.url, { cacheMb }).then((db) => ({
  db,
  writer: new BatchWriter(db, options, (tally) => say({ tally })),
}));

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: WirePack | 'close') => {
  last = last
    .then(async () => {
      const { db, writer } = await opening;
      if (message === 'close') {
        await writer.close();
        await db.close();
        parentPort?.close();
        return;
      }
      await writer.write(fromWire(message));
      say({ taken: message.count });
    })
    .catch((error: unknown) => {
      const { name, message: text } = error instanceof Error ? error : new Error(String(error));
      say({ failed: { name, message: text } });
      parentPort?.close();
    });
});
