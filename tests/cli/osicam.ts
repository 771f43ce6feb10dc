import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';

/** The root of this checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
const main = join(root, 'packages/engine/src/cli/main.ts');

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Options {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
}

/** Starts the `osicam` command as a process of its own, as a terminal would. */
export function start(
  args: readonly string[],
  options: Options = {},
): { child: ChildProcess; ended: Promise<Outcome> } {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd ?? root,
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'),
      // What is asked of the command is what a user has set, which is nothing.
      OSICAM_CONFIG: undefined,
      OSICAM_PORT: undefined,
      OSICAM_DATABASE_URL: undefined,
      OSICAM_ROLE: undefined,
      NODE_OPTIONS: undefined,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const ended = (async () => {
    const [stdout, stderr, { code, signal }] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<Pick<Outcome, 'code' | 'signal'>>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code, signal) => resolve({ code, signal }));
      }),
    ]);
    return { code, signal, stdout, stderr };
  })();
  return { child, ended };
}

/** Runs the `osicam` command to its end. */
export const osicam = (args: readonly string[], options?: Options): Promise<Outcome> => start(args, options).ended;

/** Runs a command that must succeed, and reads the one document on its standard output. */
export async function osicamJson<T>(args: readonly string[], options?: Options): Promise<T> {
  const outcome = await osicam([...args, '--json'], options);
  if (outcome.code !== 0) throw new Error(`osicam ${args.join(' ')} ended with ${outcome.code}: ${outcome.stderr}`);
  return JSON.parse(outcome.stdout) as T;
}

/** Standard error of a run that had nothing to complain of: on a busy machine there may be progress in it. */
export const complaintFree: unknown = expect.not.stringMatching(/osicam: |rejected|warn|error/i);

/** A folder of the test's own, gone when the test is over. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'osicam-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function write(directory: string, name: string, content: string | Uint8Array | object): string {
  const path = join(directory, name);
  const isText = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(path, isText ? content : JSON.stringify(content, null, 2));
  return path;
}

/** What `osicam run --json` prints. */
export interface Run {
  loop: string;
  version: number;
  customers: number;
  enrollments: number;
  turns: number;
  nodes: RunNode[];
  messages: { sent: number; failed: number; unknown: number; suppressed: number };
  reports: ({ node: string; turn: number } & Record<string, unknown>)[];
  virtualSeconds: number;
  seconds: number;
}

export interface RunNode {
  id: string;
  type: string;
  entered: number;
  ports: Record<string, number>;
  waiting: number;
  parked: number;
}

/** The nodes of a run whose ports, waiting and parked are not what has entered: none, or somebody was lost. */
export const whereSomebodyIsLost = ({ nodes }: Run): RunNode[] =>
  nodes.filter(
    ({ entered, ports, waiting, parked }) =>
      entered !== Object.values(ports).reduce((sum, count) => sum + count, 0) + waiting + parked,
  );

export function nodeOf(run: Run, id: string): RunNode {
  const node = run.nodes.find((each) => each.id === id);
  if (!node) throw new Error(`expected a node ${id} in the run, got ${run.nodes.map((each) => each.id).join(', ')}`);
  return node;
}
