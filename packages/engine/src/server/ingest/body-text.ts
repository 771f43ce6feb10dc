import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ServerError } from '../server-error.ts';

const open = promisify(gunzip);

/** Throws where the headers say already that a body cannot be taken. Whether it is packed. */
export function expectTakable(encoding: string | undefined, length: string | undefined, most: number): boolean {
  if (encoding && encoding !== 'identity' && encoding !== 'gzip')
    throw new ServerError(415, 'media-type', `expected gzip or no content encoding, got ${encoding}`);
  if (Number(length ?? 0) > most) throw tooLarge(most);
  return encoding === 'gzip';
}

/** A body of at most so many bytes as text. Some of Segment's clients compress; what they send must not grow beyond the limit when it is opened. */
export async function bodyText(
  request: { headers: { get(name: string): string | null }; body: AsyncIterable<Uint8Array> | null },
  most: number,
): Promise<string> {
  const { headers, body } = request;
  const isPacked = expectTakable(
    headers.get('content-encoding') ?? undefined,
    headers.get('content-length') ?? undefined,
    most,
  );
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return isPacked ? unpacked(bytes, most) : bytes.toString();
}

export async function unpacked(bytes: Uint8Array, most: number): Promise<string> {
  try {
    return (await open(bytes, { maxOutputLength: most })).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most);
    throw new ServerError(400, 'invalid', `expected gzip: ${(error as Error).message}`);
  }
}

export const tooLarge = (most: number) =>
  new ServerError(413, 'too-large', `expected a body of at most ${most} bytes when opened`);
