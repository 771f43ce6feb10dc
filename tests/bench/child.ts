import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a measure gives back: the seconds that count, and whatever else it has seen. */
export interface Measured {
  seconds: number;
  [also: string]: number;
}

/** A measure runs in a process of its own: its memory is nobody else's, and its caches are as cold as the next one's. */
export type Measure = (given: Record<string, string>) => Promise<Measured>;

/** As every command of this repository runs: the second time nothing is compiled again, which spares memory too. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));
const entry = fileURLToPath(new URL('run-measure.ts', import.meta.url));

/** Runs the measure `name` of a bench in a child process, and adds the most memory that it has held. */
export async function inChild(
  bench: string,
  name: string,
  given: Record<string, string>,
): Promise<Measured & { peakMemoryMB: number }> {
  const child = spawn(process.execPath, [entry, bench, name, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the measure ${bench}/${name} ended with ${code ?? 'a signal'}`);
  return JSON.parse(out.slice(out.lastIndexOf('\n', out.length - 2) + 1)) as Measured & { peakMemoryMB: number };
}
