import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context } from 'hono';
import { getMimeType } from 'hono/utils/mime';

interface File {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer> | undefined;
  readonly type: string;
  readonly etag: string;
  readonly immutable: boolean;
}

/**
 * The built editor, by an allow-list: the paths that can be asked for are those found in the folder when the server starts,
 * so no path of a request ever reaches the file system.
 */
export function editorFiles(folder: string): (c: Context) => Response | undefined {
  const files = new Map<string, File>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.map')) continue;
    const path = join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/');
    files.set(`/${path}`, load(join(folder, path), path));
  }
  const index = files.get('/index.html');
  if (!index)
    throw new Error(`expected the built editor in ${folder}, found no index.html: run npm start, which builds it`);

  return (c) => {
    const asset = files.get(c.req.path);
    if (asset) return send(c, asset);
    // A page of the editor is any path without a file's ending; a file that is not there must not come back as HTML.
    const isPage = !/\.[a-z0-9]+$/i.test(c.req.path) && /text\/html|\*\/\*/.test(c.req.header('accept') ?? '*/*');
    return isPage ? send(c, index) : undefined;
  };
}

function load(file: string, path: string): File {
  const body = new Uint8Array(readFileSync(file));
  const type = getMimeType(path) ?? 'application/octet-stream';
  const compressible = /^(text|application\/(json|javascript|manifest)|image\/svg)/.test(type) && body.length > 1024;
  return {
    body,
    gzipped: compressible ? new Uint8Array(gzipSync(body)) : undefined,
    type,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    // Vite puts what it names by content there.
    immutable: path.startsWith('assets/'),
  };
}

function send(c: Context, file: File): Response {
  const headers: Record<string, string> = {
    'content-type': file.type,
    etag: file.etag,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  };
  if (c.req.header('if-none-match') === file.etag) return c.body(null, 304, headers);
  const gzip = file.gzipped && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  return gzip
    ? c.body(file.gzipped ?? null, 200, { ...headers, 'content-encoding': 'gzip' })
    : c.body(file.body, 200, headers);
}
