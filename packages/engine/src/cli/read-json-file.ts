import { readFileSync } from 'node:fs';
import { CliError } from './cli-error.ts';
import { parseJson } from './config.ts';

/** The JSON of a file that the user has named. */
export function readJsonFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(
      `cannot read ${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`,
    );
  }
  return parseJson(text.replace(/^\uFEFF/, ''), file);
}
