import { CliError } from '../cli-error.ts';
import { readJsonFile } from '../read-json-file.ts';

/** Parties as a file lists them. What each must be like is the server's to say, which names the place. */
export function readParties(file: string): unknown[] {
  const parties = readJsonFile(file);
  if (Array.isArray(parties) && parties.length > 0) return parties;
  throw new CliError(
    `expected a list of parties in ${file}, got ${Array.isArray(parties) ? 'an empty one' : typeof parties}`,
  );
}
