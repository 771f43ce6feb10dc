import type { TelecomBase } from './generate.ts';
import type { Person } from './person.ts';
import { normalizeEmail, normalizePhone } from './spelling.ts';

/** Finds the person behind an account number, caller id, subject id, e-mail address or phone number, however spelled. */
export type Directory = { find(key: string): Person | undefined };

const directories = new WeakMap<TelecomBase, Directory>();

export function directoryOf(base: TelecomBase): Directory {
  const known = directories.get(base);
  if (known) return known;
  const persons = new Map<string, Person>();
  for (const { key, rows } of Object.values(base.sources)) {
    for (const { person: index, cells } of rows) {
      const person = base.persons[index]!;
      for (const text of [cells[key], normalizeEmail(cells.email ?? ''), normalizePhone(cells.phone ?? '')]) {
        if (text) persons.set(text, person);
      }
    }
  }
  const directory: Directory = {
    find: (key) => persons.get(key) ?? persons.get(normalizeEmail(key) ?? '') ?? persons.get(normalizePhone(key) ?? ''),
  };
  directories.set(base, directory);
  return directory;
}
