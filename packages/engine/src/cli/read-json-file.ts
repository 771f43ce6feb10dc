import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { CliError } from './cli-error.ts';
import { parseJson } from './config.ts';

/** The JSON of a file that the user has named. */
export function readJsonFile(file: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CliError(
      `cannot read ${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`,
    );
  }
  if (!isUtf8(bytes)) throw new CliError(`expected UTF-8 in ${file}, got bytes that are not: save it as UTF-8`);
  return parseJson(bytes.toString().replace(/^\uFEFF/, ''), file);
}
