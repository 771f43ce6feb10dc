import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ChildProcess } from 'node:child_process';
import type { Options, Outcome } from './osicam.ts';
import { folder, osicam, start } from './osicam.ts';

/** A port that nobody listens on. */
export async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return String(port);
}

export interface Served {
  child: ChildProcess;
  ended: Promise<Outcome>;
  address: string;
  /** As the command's `--db` names it. */
  database: string;
  /** What a shell beside it has set. */
  env: NodeJS.ProcessEnv;
  /** Gives out a token, which is then what the shell shows. */
  asRole: (role: 'viewer' | 'operator' | 'admin') => Promise<string>;
}

/** `osicam serve` as a process of its own on a database of its own, until the test is over. */
export async function serving(options: Options & { data?: string } = {}): Promise<Served> {
  const data = options.data ?? join(folder(), 'data');
  const { child, ended } = start(['serve', '--port', await freePort(), '--data', data, '--json'], options);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('exit', resolve));
  });
  const { address } = await new Promise<{ address: string }>((resolve, reject) => {
    let text = '';
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith('}\n')) resolve(JSON.parse(text) as { address: string });
    });
    child.once('exit', () => reject(new Error(`osicam serve ended: ${complaint}`)));
  });
  const database = join(data, 'osicam.sqlite');
  const env: NodeJS.ProcessEnv = { OSICAM_SERVER: address, OSICAM_DATABASE_URL: database };
  return {
    child,
    ended,
    address,
    database,
    env,
    asRole: async (role) => {
      const made = await osicam(['token', 'create', '--name', `the-${role}`, '--role', role, '--db', database]);
      if (made.code !== 0) throw new Error(`no token was made: ${made.stderr}`);
      env.OSICAM_TOKEN = made.stdout.trim();
      return env.OSICAM_TOKEN;
    },
  };
}
