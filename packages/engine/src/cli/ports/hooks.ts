import type { HooksPort, StoredHook } from '../../server/index.ts';
import type { Database, HookRow } from '../../store/index.ts';
import { deleteHook, listHooks, markHookUsed, saveHook } from '../../store/index.ts';

/** What changes about hooks: in the thread that writes the database. */
export interface HookWriter {
  saveHook(hook: Omit<HookRow, 'usedAt'>): Promise<void>;
  removeHook(id: string): Promise<boolean>;
  markHookUsed(id: string, at: number): Promise<void>;
}

export const hookWriter = (db: Pick<Database, 'write'>): HookWriter => ({
  saveHook: (hook) => db.write((tx) => saveHook(tx, hook), 'life'),
  removeHook: (id) => db.write((tx) => deleteHook(tx, id), 'life'),
  markHookUsed: (id, at) => db.write((tx) => markHookUsed(tx, id, at), 'life'),
});

/** That a hook is used is written this often at most. */
const usedEvery = 60_000;

export function createHooksPort(read: Database['read'], writer: HookWriter): HooksPort {
  const marked = new Map<string, number>();
  return {
    list: async () => (await read(listHooks)).map(toHook),
    save: ({ id, name, mapping, secret, createdAt }) =>
      writer.saveHook({ id, name, mapping: JSON.stringify(mapping), secret, createdAt }),
    remove: (id) => writer.removeHook(id),
    used: (id, at) => {
      if (at - (marked.get(id) ?? Number.NEGATIVE_INFINITY) < usedEvery) return;
      marked.set(id, at);
      // What was sent is stored whether or not this can be written.
      writer.markHookUsed(id, at).catch(() => undefined);
    },
  };
}

const toHook = ({ mapping, usedAt, ...hook }: HookRow): StoredHook => ({
  ...hook,
  mapping: JSON.parse(mapping) as StoredHook['mapping'],
  ...(usedAt === null ? {} : { usedAt }),
});
