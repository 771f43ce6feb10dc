import { open, stat } from 'node:fs/promises';
import type { JsonObject } from '@osicam/engine/plugin';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { FileError } from './file-error.ts';
import { exactParsers, keepDecimals, toJson } from './parquet-values.ts';

export interface ObjectRows {
  objects: JsonObject[];
  /** The row behind the last. */
  next: number;
}

export interface ParquetFile {
  rows: number;
  columns: readonly string[];
  /** Rows from one to before another, a part of a row group at a time. */
  read(from: number, to?: number): AsyncGenerator<ObjectRows>;
}

/** Values that are decoded at once: a row group of a million rows of twenty columns would be a gigabyte of objects. */
const mostCells = 300_000;

/** The head of a Parquet file stands at its end: what is not whole is found before any row is read. */
export async function openParquet(path: string): Promise<ParquetFile> {
  const file = await fromDisk(path);
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file, { parsers: exactParsers, geoparquet: false });
  } catch (error) {
    throw new FileError(`${path} is no whole Parquet file; it may be cut off: ${messageOf(error)}`);
  }
  const scales = keepDecimals(metadata);
  const schema = parquetSchema(metadata);
  const columns = schema.children.map(({ element }) => element.name);
  const rows = Number(metadata.num_rows);
  const step = Math.max(500, Math.floor(mostCells / Math.max(1, columns.length)));

  async function* read(from: number, to = rows): AsyncGenerator<ObjectRows> {
    let groupStart = 0;
    for (const group of metadata.row_groups) {
      const groupEnd = groupStart + Number(group.num_rows);
      for (let start = Math.max(from, groupStart); start < Math.min(to, groupEnd); start += step) {
        const end = Math.min(start + step, to, groupEnd);
        const options = {
          file,
          metadata,
          compressors,
          utf8: false,
          parsers: exactParsers,
          rowStart: start,
          rowEnd: end,
        };
        const found = await parquetReadObjects(options).catch((error: unknown) => {
          throw new FileError(`${path} cannot be read in rows ${start + 1} to ${end}: ${messageOf(error)}`);
        });
        const objects = found.map((row) =>
          Object.fromEntries(
            schema.children.map((child) => [child.element.name, toJson(row[child.element.name], child, scales)]),
          ),
        );
        yield { objects, next: end };
      }
      groupStart = groupEnd;
    }
  }
  return { rows, columns, read };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function fromDisk(path: string): Promise<AsyncBuffer> {
  const { size } = await stat(path);
  return {
    byteLength: size,
    async slice(start, end = size) {
      const from = start < 0 ? Math.max(0, size + start) : start;
      const length = Math.max(0, Math.min(end, size) - from);
      const bytes = new Uint8Array(length);
      const file = await open(path);
      try {
        let read = 0;
        while (read < length) {
          const { bytesRead } = await file.read(bytes, read, length - read, from + read);
          if (bytesRead === 0) throw new Error(`it ends at byte ${from + read}`);
          read += bytesRead;
        }
      } finally {
        await file.close();
      }
      return bytes.buffer;
    },
  };
}
