import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownNodeIsEnough } from './node24.mjs';

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGUSR2'];
const WATCH_MS = 250;

/**
 * Runs a TypeScript file of this repository. On Node 24 it becomes this very process; on an older one it is a child that
 * shares the terminal, gets this process's signals, gives its exit code, and ends with it even when it is killed hard.
 */
export async function runSource({ root, node, file, args, inProcess = ownNodeIsEnough() }) {
  const path = join(root, file);
  const cache = join(root, 'node_modules', '.cache', 'node-compile');
  endWithNpm();
  if (inProcess) {
    module.enableCompileCache(cache);
    process.argv = [process.argv[0], path, ...args];
    await import(pathToFileURL(path).href);
    return;
  }

  const follow = pathToFileURL(join(root, 'scripts', 'lib', 'follow-parent.mjs')).href;
  const child = spawn(node, ['--import', follow, path, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? cache },
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(/** @type {NodeJS.Signals} */ (signal)));
  // A terminal sends Ctrl-C to the child as well; passing it on would make one key press two.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  const { code, signal } = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
  });
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    return;
  }
  process.exitCode = code;
}

/**
 * `npx osicam run …` is npm, a shell and this process. Killed hard, npm leaves the other two behind, and the same
 * command started again would find the first still at work on its database; stopped gently, npm passes the signal to the
 * shell, which keeps it. So whoever was started by npm ends with it, in the way that npm ended.
 * Only Linux tells a grandparent cheaply; elsewhere npm's own handling has to do.
 */
function endWithNpm() {
  if (process.platform !== 'linux' || !process.env.npm_command) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  if (npm === undefined || npm <= 1) return;
  const timer = setInterval(() => {
    const shellIsGone = process.ppid !== shell;
    if (!shellIsGone && parentOf(shell) === npm) return;
    clearInterval(timer);
    process.kill(process.pid, shellIsGone ? 'SIGTERM' : 'SIGKILL');
  }, WATCH_MS);
  timer.unref();
}

function parentOf(pid) {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
