import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../rule/index.ts';

/** The database that a command works on. */
export const databaseOption = (also = ''): Option =>
  new Option('--db <url>', `the database, as sqlite:<path>, a path, or postgres://…${also}`).env('OSICAM_DATABASE_URL');

/** Where `osicam serve` keeps its database unless told. */
export const servedDatabase = 'sqlite:.osicam/data/osicam.sqlite';

/** An option's parser: a whole number not below `least`. */
export const wholeNumber =
  (name: string, least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`expected a whole number ${range} for ${name}, got ${text}.`);
  };

/** An option's parser: an ISO 8601 duration, in milliseconds, longer than nothing. */
export const duration =
  (name: string) =>
  (text: string): number => {
    let milliseconds = 0;
    try {
      milliseconds = parseDuration(text);
    } catch (error) {
      throw new InvalidArgumentError(`${name}: ${(error as Error).message}.`);
    }
    if (milliseconds > 0) return milliseconds;
    throw new InvalidArgumentError(`${name}: expected a duration longer than nothing, got ${text}.`);
  };
