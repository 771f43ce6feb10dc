import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { FileError } from './file-error.ts';

/** A file as it can be read from any place: itself, or where it has been unpacked until `close`. */
export interface PlainFile {
  path: string;
  close(): Promise<void>;
}

/**
 * Unpacks a file that gzip has packed into a temporary one: where it is read on is a byte of what it holds.
 */
export async function unpack(path: string): Promise<PlainFile> {
  if (!(await isGzip(path))) return { path, close: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'osicam-unpacked-'));
  const plain = join(folder, 'file');
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(plain));
    return { path: plain, close };
  } catch (error) {
    await close();
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'Z_BUF_ERROR'
        ? 'it is cut off'
        : code === 'Z_DATA_ERROR'
          ? `it is damaged: ${message}`
          : code === 'ENOSPC'
            ? `there is no room to unpack it into ${folder}`
            : message;
    throw new FileError(`${path} cannot be unpacked by gzip: ${why}`);
  }
}

async function isGzip(path: string): Promise<boolean> {
  const head = Buffer.alloc(2);
  try {
    const file = await open(path);
    try {
      await file.read(head, 0, 2, 0);
    } finally {
      await file.close();
    }
  } catch {
    // Whoever reads it says what is wrong.
    return false;
  }
  return head[0] === 0x1f && head[1] === 0x8b;
}
