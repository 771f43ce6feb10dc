import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Log, Registry } from '../../plugin/index.ts';
import type { ImportPort } from '../../server/index.ts';
import { ServerError } from '../../server/index.ts';
import type { EngineHost } from '../host/engine-host.ts';
import { fileReader, fileSettings } from '../host/import-file.ts';

/** Uploads are first a file on this machine's disk: of any size, read from the start if need be, and gone afterwards. */
export function createImportPort({
  host,
  registry,
  folder,
  log,
  now,
}: {
  host: EngineHost;
  registry: Registry;
  folder: string;
  log: Log;
  now: () => number;
}): ImportPort {
  const withFolder = async <T>(work: (file: string) => Promise<T>, name: string): Promise<T> => {
    const own = await mkdtemp(join(folder, 'upload-'));
    try {
      // The client's name is only looked at for its ending.
      return await work(join(own, /\.(jsonl|ndjson)$/i.test(name) ? 'upload.jsonl' : 'upload.csv'));
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  };
  return {
    import: (stream, { name, key, loop, signal }) =>
      withFolder(async (file) => {
        await pipeline(Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file), {
          signal,
        });
        try {
          return await host.importFile(file, {
            name,
            ...(key === undefined ? {} : { key }),
            ...(loop === undefined ? {} : { loop }),
          });
        } catch (error) {
          throw asWrongInput(error, file, name);
        }
      }, name),
    preview: (head, { name }) =>
      withFolder(async (file) => {
        await writeFile(file, head);
        const type = fileReader(registry);
        const settings = fileSettings(type, { path: file });
        try {
          const preview = await type.preview?.({
            settings,
            cursor: undefined,
            folder,
            now: now(),
            log,
            signal: AbortSignal.timeout(10_000),
          });
          return {
            columns: (preview?.columns ?? []).map(({ name: column, type: kind, examples }) => ({
              name: column,
              type: kind,
              samples: [...examples],
            })),
            problems: [],
          };
        } catch (error) {
          const { message } = asWrongInput(error, file, name);
          return { columns: [], problems: [{ level: 'error', code: 'file', path: name, message }] };
        }
      }, name),
  };
}

/** What is wrong with a file is told by the name that its owner knows, not by where it lies here. */
function asWrongInput(error: unknown, file: string, name: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof ServerError && !error.message.includes(file)) return error;
  if (error.name !== 'FileError' && !(error instanceof ServerError)) return error;
  return new ServerError(422, 'file', error.message.replaceAll(file, name));
}
