import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Context } from 'hono';
import type { Env } from '../endpoint.ts';
import { ServerError } from '../server-error.ts';

const open = promisify(gunzip);

/** The body as text, of at most so many bytes. Some of Segment's clients compress; what they send must not grow beyond the limit when it is opened. */
export async function bodyText(c: Context<Env>, most: number): Promise<string> {
  const encoding = c.req.header('content-encoding');
  if (encoding && encoding !== 'identity' && encoding !== 'gzip')
    throw new ServerError(415, 'media-type', `expected gzip or no content encoding, got ${encoding}`);
  if (Number(c.req.header('content-length') ?? 0) > most) throw tooLarge(most);
  if (encoding !== 'gzip') {
    const text = c.req.header('content-length') === undefined ? await readAtMost(c, most) : await c.req.text();
    // Fewer characters than bytes: only a text that may be too long is measured.
    if (text.length * 3 > most && Buffer.byteLength(text) > most) throw tooLarge(most);
    return text;
  }
  try {
    return (await open(await packed(c, most), { maxOutputLength: most })).toString();
  } catch (error) {
    if (error instanceof ServerError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most);
    throw new ServerError(400, 'invalid', `expected gzip: ${(error as Error).message}`);
  }
}

const packed = async (c: Context<Env>, most: number): Promise<Uint8Array> =>
  c.req.header('content-length') === undefined
    ? Buffer.concat(await chunksAtMost(c, most))
    : new Uint8Array(await c.req.arrayBuffer());

const readAtMost = async (c: Context<Env>, most: number): Promise<string> =>
  new TextDecoder().decode(Buffer.concat(await chunksAtMost(c, most)));

/** A body that does not say how long it is. */
async function chunksAtMost(c: Context<Env>, most: number): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  return chunks;
}

const tooLarge = (most: number) =>
  new ServerError(413, 'too-large', `expected a body of at most ${most} bytes when opened`);
