import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AttributeType } from '../../plugin/attribute-type.ts';
import type { Log, Registry } from '../../plugin/index.ts';
import type { Import, ImportPort, ImportPreview } from '../../server/index.ts';
import { conflict, ServerError } from '../../server/index.ts';
import type { EngineHost } from '../host/engine-host.ts';
import { fileReader, fileSettings } from '../host/import-file.ts';
import { readAsDeclared } from '../import/declared-columns.ts';

interface Upload {
  id: string;
  name: string;
  bytes: number;
  folder: string;
  file: string;
  usedAt: number;
}

/** An upload that nobody has asked for so long is taken away. In real milliseconds. */
const keptFor = 24 * 3_600_000;
const mostUploads = 50;

/** Uploads are first a file on this machine's disk: of any size, read from the start if need be, and gone afterwards. */
export function createImportPort({
  host,
  registry,
  folder,
  log,
  now,
  declared,
}: {
  host: EngineHost;
  registry: Registry;
  folder: string;
  log: Log;
  now: () => number;
  /** What traits are declared to be, by which their columns are read. */
  declared: () => Promise<ReadonlyMap<string, AttributeType>>;
}): ImportPort {
  // What the last process has left belongs to nobody any more.
  const place = join(folder, 'uploads');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const uploads = new Map<string, Upload>();

  const find = (id: string): Upload | undefined => {
    const upload = uploads.get(id);
    if (upload) upload.usedAt = performance.now();
    return upload;
  };
  const remove = async (id: string): Promise<boolean> => {
    const upload = uploads.get(id);
    if (!upload) return false;
    uploads.delete(id);
    await host.forgetImport(id);
    await rm(upload.folder, { recursive: true, force: true });
    return true;
  };
  const sweep = async () => {
    for (const { id, usedAt } of uploads.values()) if (performance.now() - usedAt > keptFor) await remove(id);
    if (uploads.size < mostUploads) return;
    throw conflict(`there are ${mostUploads} uploads that nobody has imported yet: import them, or take them away`);
  };
  const take = async (
    stream: ReadableStream<Uint8Array>,
    { name, signal }: { name: string; signal: AbortSignal },
  ): Promise<Omit<Upload, 'id' | 'usedAt'>> => {
    const own = await mkdtemp(join(place, 'upload-'));
    // The client's name is only looked at for its ending.
    const [ending = '.csv'] = /\.(csv|tsv|txt|json|jsonl|ndjson|parquet)(\.gz)?$/i.exec(name) ?? [];
    const file = join(own, `upload${ending.toLowerCase()}`);
    try {
      const source = Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
      await pipeline(source, createWriteStream(file), { signal });
      return { name, folder: own, file, bytes: (await stat(file)).size };
    } catch (error) {
      await rm(own, { recursive: true, force: true });
      throw error;
    }
  };
  const shown = async ({ id, name, bytes, file }: Upload): Promise<Import> => {
    const job = await host.importJob(id);
    if (!job) return { id, name, bytes, state: 'uploaded', progress: 0 };
    const { error, summary, ...rest } = job;
    return {
      id,
      name,
      bytes,
      ...rest,
      ...(summary ? { summary } : {}),
      ...(error === undefined ? {} : { error: error.replaceAll(file, name) }),
    };
  };

  return {
    import: async (stream, { name, key, loop, signal }) => {
      const { file, folder: own } = await take(stream, { name, signal });
      try {
        return await host.importFile(file, {
          name,
          ...(key === undefined ? {} : { key }),
          ...(loop === undefined ? {} : { loop }),
        });
      } catch (error) {
        throw asWrongInput(error, file, name);
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    },

    upload: async (stream, options) => {
      await sweep();
      const upload = { id: randomUUID(), usedAt: performance.now(), ...(await take(stream, options)) };
      uploads.set(upload.id, upload);
      return shown(upload);
    },

    preview: async (id, mapping) => {
      const upload = find(id);
      if (!upload) return undefined;
      const { file, name, folder: own } = upload;
      try {
        const type = fileReader(registry);
        const settings = fileSettings(type, { ...mapping, path: file });
        const signal = AbortSignal.timeout(60_000);
        const look = (by: unknown) =>
          type.preview?.({ settings: by, cursor: undefined, folder: own, now: now(), log, signal });
        let told = await look(settings);
        const asDeclared = told && readAsDeclared(type, settings, told, await declared());
        if (asDeclared !== undefined) told = await look(asDeclared);
        if (!told) return noPreview;
        const { problem, ...preview } = told;
        const message = problem?.replaceAll(file, name);
        return {
          ...noPreview,
          ...(preview as Partial<ImportPreview>),
          problems: message === undefined ? [] : [{ level: 'error', code: 'key', path: name, message }],
        };
      } catch (error) {
        const { message } = asWrongInput(error, file, name);
        return { ...noPreview, problems: [{ level: 'error', code: 'file', path: name, message }] };
      }
    },

    run: async (id, { mapping, loop }) => {
      const upload = find(id);
      if (!upload) return undefined;
      if ((await host.importJob(id))?.state === 'running') throw conflict(`${upload.name} is being imported already`);
      const { file, name } = upload;
      try {
        const rejects = join(upload.folder, 'rejects.csv');
        await host.startImport(id, file, { name, mapping, rejects, ...(loop === undefined ? {} : { loop }) });
      } catch (error) {
        throw asWrongInput(error, file, name);
      }
      return shown(upload);
    },

    state: async (id) => {
      const upload = find(id);
      return upload && shown(upload);
    },

    rejects: async (id) => {
      const upload = find(id);
      const file = upload && join(upload.folder, 'rejects.csv');
      if (!upload || file === undefined || !existsSync(file)) return undefined;
      const stream = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
      return { name: `${upload.name.replace(/\.[^.]*$/, '')}.rejects.csv`, stream };
    },

    remove,
  };
}

const noPreview: ImportPreview = {
  format: '',
  rows: 0,
  columns: [],
  records: [],
  rejects: [],
  refused: 0,
  misfits: {},
  problems: [],
};

/** What is wrong with a file is told by the name that its owner knows, not by where it lies here. */
function asWrongInput(error: unknown, file: string, name: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof ServerError && !error.message.includes(file)) return error;
  if (error.name !== 'FileError' && !(error instanceof ServerError)) return error;
  return new ServerError(422, 'file', error.message.replaceAll(file, name));
}
