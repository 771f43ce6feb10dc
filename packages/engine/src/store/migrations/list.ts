import type { Kysely } from 'kysely';

export interface Migration {
  up(db: Kysely<unknown>, dialect: 'sqlite' | 'postgres'): Promise<void>;
}

/**
 * Append only: a migration that has been released is never edited. Its number is its place in this list, from 1. They and
 * Kysely are loaded when there is one to do: nearly every start has none.
 */
export const migrations: readonly (() => Promise<Migration>)[] = [() => import('./0001-first.ts')];

export const newerSchema = (url: string, found: number): string =>
  `the database ${url} has schema ${found}, and this engine knows schemas up to ${migrations.length}: ` +
  'it was written by a newer version of OSICAM. Start that version, or restore a backup made before it.';

export const notOurs = (url: string, other: string): string =>
  `the database ${url} holds tables that OSICAM has not made: expected an empty database or one of OSICAM, name another ${other}`;
