import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The script behind a command that a package brings, so that it runs on the Node we choose and not on its shim's. */
export function commandOf(root, packageName, command) {
  const folder = join(root, 'node_modules', ...packageName.split('/'));
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = typeof bin === 'string' ? bin : bin[command];
  if (!script) throw new Error(`expected ${packageName} to bring the command ${command}, found ${JSON.stringify(bin)}`);
  return join(folder, script);
}

/** Runs a tool with its output where ours goes. `false` when it failed; its own words are above then. */
export function runTool(root, node, script, args, env = {}) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  const child = spawn(node, [script, ...args], {
    cwd: root,
    env: { ...process.env, PATH: path, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forward = (signal) => child.kill(signal);
  process.once('SIGTERM', forward);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stdout.write(`${error.message}\n`);
      resolve(false);
    });
    child.once('exit', (code) => {
      process.off('SIGTERM', forward);
      resolve(code === 0);
    });
  });
}

/**
 * One step of the checks: its title, what it says, then how it went and how long it took. A step that throws has failed,
 * and the next one runs all the same, so that one run shows everything.
 */
export async function step(
  title,
  work,
  { now = () => performance.now(), write = (text) => process.stdout.write(text) } = {},
) {
  write(`\n▸ ${title}\n`);
  const start = now();
  let result;
  try {
    result = await work();
  } catch (error) {
    write(`${error instanceof Error ? error.message : error}\n`);
    result = false;
  }
  const count = typeof result === 'object' ? result : { passed: result ? 1 : 0, failed: result ? 0 : 1 };
  write(`${count.failed === 0 ? '✓' : '✗'} ${title} (${((now() - start) / 1000).toFixed(1)} s)\n`);
  return { title, ...count };
}
