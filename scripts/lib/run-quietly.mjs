import { spawn } from 'node:child_process';

const TAIL_LINES = 40;

const NPM_SETTINGS = {
  // The project's .npmrc silences npm's banner; the npm below is to say what goes wrong.
  npm_config_loglevel: 'error',
  npm_config_update_notifier: 'false',
  // As many tries as npm makes by itself, but not 70 seconds of waiting before it says that nobody answers.
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '5000',
};

/**
 * Runs a command and keeps what it says to itself unless it fails: then the last lines are in `tail`. On a terminal its
 * current line is shown on standard error and wiped again. Nothing of it ever reaches standard output.
 */
export function runQuietly(command, args, { cwd, env = {} }) {
  const onWindows = process.platform === 'win32';
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...NPM_SETTINGS, CI: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: onWindows,
  });
  const lines = [];
  const live = process.stderr.isTTY === true;
  const take = (chunk) => {
    for (const line of chunk.split(/\r?\n/)) {
      if (line.trim() === '') continue;
      lines.push(line);
      if (lines.length > TAIL_LINES) lines.shift();
      if (live) process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    }
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  const forward = (signal) => child.kill(signal);
  process.once('SIGINT', forward).once('SIGTERM', forward);

  return new Promise((resolve) => {
    const end = (result) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      if (live) process.stderr.write('\r\x1b[2K');
      resolve({ ...result, tail: lines.join('\n') });
    };
    child.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      lines.push(error.message);
      end({ ok: false, missing: error.code === 'ENOENT' });
    });
    child.once('close', (code) => end({ ok: code === 0, missing: false }));
  });
}
