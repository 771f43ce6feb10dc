import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A served instance as a bench sees it: a process of its own, with a token of an administrator and a write key. */
export interface Served {
  address: string;
  token: string;
  writeKey: string;
  /** Its database. */
  file: string;
  pid: number;
  /** The most memory that the process has held; 0 where the system does not tell. */
  peakMemoryMB(): Promise<number>;
  stop(): Promise<void>;
}

export interface ServedOptions {
  /** An empty folder, or one that has been served before. */
  data: string;
  /** A database to serve a copy of. */
  base?: string;
  /** Runs another file than the ordinary server, as one that stores nothing. */
  script?: string;
  /** What the script is told besides. */
  also?: Readonly<Record<string, string>>;
}

const compileCache = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));

/** Serves a folder by the code of `osicam serve`, and waits until it answers. */
export async function served({ data, base, script = 'served-process.ts', also = {} }: ServedOptions): Promise<Served> {
  await mkdir(data, { recursive: true });
  const file = join(data, 'osicam.sqlite');
  if (base !== undefined) await copyFile(base, file);
  const child = spawn(
    process.execPath,
    [
      ...(process.env['BENCH_PROFILE'] ? ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_PROFILE']}`] : []),
      fileURLToPath(new URL(script, import.meta.url)),
      JSON.stringify({ data, ...also }),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_COMPILE_CACHE: compileCache } },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const told = await new Promise<{ address: string; token: string; writeKey: string }>((resolve, reject) => {
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.endsWith('\n')) resolve(JSON.parse(out) as { address: string; token: string; writeKey: string });
    });
    child.once('error', reject);
    void ended.then(() => reject(new Error('the server ended before it answered')));
  });
  const pid = child.pid as number;
  return {
    ...told,
    file,
    pid,
    peakMemoryMB: () => peakMemoryOf(pid),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
}
