import { argv, kill, pid } from 'node:process';
import type { Database } from '../../packages/engine/src/store/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import { tellStory } from './story.ts';

/** Tells the story over a file, and kills itself by signal 9 at the nth transaction of a kind: before its commit, or after it. */
const [, , file = '', sink = '', point = '', when = '', nth = '1'] = argv;

let count = 0;
const dieAt = (moment: string, name: string | undefined) => {
  if (when !== moment || (name ?? 'unnamed') !== point || ++count !== Number(nth)) return;
  kill(pid, 'SIGKILL');
  // The signal comes when it comes: nothing is done in the meantime.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};

// A kill takes nothing from the operating system: what was written is there, whether the disk has it or not.
const db = await openSqlite(file, { engine: true, throwaway: true });
const deadly: Database = {
  ...db,
  async write(work, name) {
    const result = await db.write(async (tx) => {
      const outcome = await work(tx);
      dieAt('before', name);
      return outcome;
    }, name);
    dieAt('after', name);
    return result;
  },
};
await tellStory(deadly, sink);
await db.close();
