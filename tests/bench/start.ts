import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { alternate } from './bench.ts';
import type { Measured } from './child.ts';
import { median, ratioOf, rounded } from './figures.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const longest = 180_000;

/** From the command to the first answer; then the server is asked to stop, and waited for. */
async function timeToAnswer(
  command: string,
  args: readonly string[],
  port: number,
): Promise<Measured & { peakMemoryMB: number }> {
  const start = performance.now();
  // A group of its own, so that npm, its shell and the server can be ended together.
  const child = spawn(command, args, { cwd: root, stdio: 'ignore', detached: true });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  let gone = false;
  void ended.then(() => (gone = true));
  try {
    while (!(await answers(port))) {
      if (gone) throw new Error(`${command} ${args.join(' ')} ended before it answered`);
      if (performance.now() - start > longest) throw new Error(`no answer within ${longest / 1000} s`);
      await sleep(5);
    }
    const took = (performance.now() - start) / 1000;
    return { seconds: took, peakMemoryMB: await peakMemoryOf(child.pid as number) };
  } finally {
    if (!gone) process.kill(-(child.pid as number), 'SIGTERM');
    await ended;
    while (await answers(port)) await sleep(20);
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The most that any process of a group has held. Only Linux tells; elsewhere it is not known, and 0. */
async function peakMemoryOf(group: number): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const peaks = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        try {
          const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
          if (Number(fields[2]) !== group) return 0;
          return Number(/^VmHWM:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
        } catch {
          return 0;
        }
      }),
  );
  return Math.round(Math.max(0, ...peaks) / 1024);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const bareServer = `require('node:http').createServer((_, answer) => answer.end('ok')).listen(Number(process.argv[1]), '127.0.0.1')`;

export const bench: Bench = {
  name: 'start',
  describe: 'npm start to the first answer, the second time',
  measures: {},
  async run({ folder, rows, runs = 5, say }) {
    const data = join(folder, 'data');
    const start = async () => {
      const port = await freePort();
      const people = rows === undefined ? [] : ['--customers', `${rows}`];
      return timeToAnswer('npm', ['start', '--', '--port', `${port}`, '--data', data, ...people], port);
    };
    const first = await start();
    say(`the first time: ${first.seconds.toFixed(2)} s`);
    const done = await alternate(runs, say, {
      floor: async () => {
        const port = await freePort();
        return timeToAnswer(process.execPath, ['-e', bareServer, `${port}`], port);
      },
      osicam: start,
    });
    const value = median(done.osicam.map((run) => run.seconds));
    const floor = median(done.floor.map((run) => run.seconds));
    return {
      name: 'start',
      value: rounded(value),
      unit: 's',
      floor: rounded(floor),
      ratio: ratioOf(floor, value),
      goal: null,
      runs,
      peakMemoryMB: Math.max(...done.osicam.map((run) => run.peakMemoryMB)),
      floorIs: 'an empty HTTP server of Node',
      firstStartSeconds: rounded(first.seconds),
    };
  },
};
