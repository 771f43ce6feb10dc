import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

/** How often it looks whether there is something to do, in milliseconds. */
const every = 200;

const { file } = workerData as { file: string };
const db = new Sqlite(file, { fileMustExist: true, timeout: 100 });
let seen = 0;

const timer = setInterval(() => {
  const written = writtenAt();
  if (written === seen) return;
  try {
    // Passive: it waits for nobody, and nobody for it.
    db.pragma('wal_checkpoint(PASSIVE)');
    seen = written;
  } catch {
    // A disk that is full, or a log that the writer is about: it is tried again.
  }
}, every);

function writtenAt(): number {
  try {
    return statSync(`${file}-wal`).mtimeMs;
  } catch {
    return seen;
  }
}

parentPort?.once('message', () => {
  clearInterval(timer);
  db.close();
  parentPort?.close();
});
