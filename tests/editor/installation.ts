import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../packages/engine/src/cli/main.ts', import.meta.url));

/** A running `osicam serve` with a folder of its own, as an administrator would start it. */
export interface Installation {
  address: string;
  signIn: string;
  folder: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** `args`: more for the command. `isPublic`: it knows its own address, and links in mails lead to it. */
export async function startInstallation({
  args = [],
  isPublic = false,
}: {
  args?: readonly string[];
  isPublic?: boolean;
} = {}): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'osicam-editor-'));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [main, 'serve', '--data', join(folder, 'data'), '--port', String(port), '--json', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(isPublic ? { OSICAM_PUBLIC_URL: `http://127.0.0.1:${port}` } : {}) },
    },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const told = await firstJson(child, () => errors);
  return {
    ...told,
    folder,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The document that the command prints once it listens. */
async function firstJson(child: ChildProcess, errors: () => string): Promise<{ address: string; signIn: string }> {
  let text = '';
  for await (const chunk of child.stdout as NodeJS.ReadableStream) {
    text += chunk.toString();
    try {
      return JSON.parse(text) as { address: string; signIn: string };
    } catch {
      // Not all of it is there yet.
    }
  }
  throw new Error(`osicam serve ended before it listened: ${errors()}`);
}
