import type { Engine } from '../../runner/index.ts';
import type { ListChange, ListsPort } from '../../server/index.ts';
import type { Database } from '../../store/index.ts';
import { listLists } from '../../store/index.ts';
import { told } from './segments.ts';

/** What changes about static lists: in the thread that writes the database. */
export interface ListWriter {
  saveList(list: { id: string; name: string }): Promise<void>;
  addToList(id: string, keys: readonly string[], source: string): Promise<ListChange | undefined>;
  takeFromList(id: string, keys: readonly string[]): Promise<ListChange | undefined>;
  removeList(id: string): Promise<boolean>;
}

/** `changed` is called when there may be something new to do. */
export function listWriter({ lists }: Pick<Engine, 'lists'>, changed: () => void): ListWriter {
  const then = async <T>(answer: Promise<T>): Promise<T> => {
    const result = await told(answer);
    changed();
    return result;
  };
  return {
    saveList: (list) => lists.save(list),
    addToList: (id, keys, source) => then(lists.add(id, keys, source)),
    takeFromList: (id, keys) => then(lists.take(id, keys)),
    removeList: (id) => told(lists.remove(id)),
  };
}

/** The static lists of the installation. */
export const createListsPort = (read: Database['read'], writer: ListWriter): ListsPort => ({
  list: () =>
    read(async (tx) =>
      (await listLists(tx)).map(({ id, name, count, createdAt, updatedAt }) => ({
        id,
        name,
        count: Number(count),
        createdAt,
        updatedAt,
      })),
    ),
  save: (list) => writer.saveList(list),
  add: (id, keys, source) => writer.addToList(id, keys, source),
  take: (id, keys) => writer.takeFromList(id, keys),
  remove: (id) => writer.removeList(id),
});
