#!/usr/bin/env node
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from './lib/main.mjs';
import { UserProblem } from './lib/problem.mjs';
import { runQuietly } from './lib/run-quietly.mjs';
import { root } from './prepare.mjs';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'msedge'];
const MAC_APPS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const WINDOWS_PATHS = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];

/** A browser of Chromium's family: the one that is there, else one that is installed now. Gives back its path. */
export async function findChromium({ say = (line) => process.stderr.write(`osicam: ${line}\n`) } = {}) {
  const named = process.env.OSICAM_CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new UserProblem(`expected a browser at OSICAM_CHROMIUM=${named}, found no such file.`);
  }
  const found = installedChromium() ?? (await playwrightChromium());
  if (found) return found;

  const tried = [];
  for (const { title, isPossible, run } of [debian, playwright]) {
    if (!isPossible()) continue;
    say(`the browser test needs a Chromium: ${title}`);
    const failure = await run();
    const path = failure ? undefined : (installedChromium() ?? (await playwrightChromium()));
    if (path) return path;
    tried.push(`${title}:\n${failure ?? 'no browser was there afterwards'}`);
  }
  throw new UserProblem(
    `No Chromium for the browser test. Install Chrome or Chromium, or name one in OSICAM_CHROMIUM.\n${tried.join('\n')}`,
  );
}

function installedChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command)));
  if (process.platform === 'darwin') {
    for (const base of ['/Applications', join(homedir(), 'Applications')]) {
      candidates.push(...MAC_APPS.map((app) => join(base, `${app}.app`, 'Contents', 'MacOS', app)));
    }
  }
  if (process.platform === 'win32') {
    const bases = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    for (const base of bases) if (base) candidates.push(...WINDOWS_PATHS.map((path) => join(base, path)));
  }
  return candidates.find((path) => existsSync(path));
}

async function playwrightChromium() {
  try {
    const { chromium } = await import('playwright-core');
    const path = chromium.executablePath();
    return path && existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

const debian = {
  title: "installing Debian's package chromium",
  isPossible: () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'),
  run: async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    // The lists of a fresh image are often empty or older than the archive: without new ones the install finds nothing.
    const update = await runQuietly('apt-get', ['update'], { cwd: '/', env });
    const install = await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
      cwd: '/',
      env,
    });
    if (install.ok) return undefined;
    return update.ok ? install.tail : `${update.tail}\n${install.tail}`;
  },
};

const playwright = {
  title: "fetching Playwright's own Chromium",
  isPossible: () => existsSync(join(root, 'node_modules', 'playwright-core', 'cli.js')),
  run: async () => {
    const cli = join(root, 'node_modules', 'playwright-core', 'cli.js');
    const result = await runQuietly(process.execPath, [cli, 'install', 'chromium'], { cwd: root });
    return result.ok ? undefined : result.tail;
  },
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => process.stdout.write(`${await findChromium()}\n`));
}
