import { parentPort, workerData } from 'node:worker_threads';
import type { PackedRecords } from '../../customers/index.ts';
import { openDatabase } from '../open-database.ts';
import type { FromThread, WriterOptions } from './record-writer.ts';
import { BatchWriter } from './record-writer.ts';

/** The thread that `ThreadWriter` starts: it has a connection of its own and writes what it is sent, in order. */
const options = workerData as WriterOptions;
const say = (message: FromThread): void => parentPort?.postMessage(message);

const opening = openDatabase(options.url).then((db) => ({
  db,
  writer: new BatchWriter(db, options, (tally) => say({ tally })),
}));

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: PackedRecords | 'close') => {
  last = last
    .then(async () => {
      const { db, writer } = await opening;
      if (message === 'close') {
        await writer.close();
        await db.close();
        parentPort?.close();
        return;
      }
      await writer.write(message);
      say({ taken: message.traits.length });
    })
    .catch((error: unknown) => {
      const { name, message: text } = error instanceof Error ? error : new Error(String(error));
      say({ failed: { name, message: text } });
      parentPort?.close();
    });
});
