import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestFiles, listFiles } from './lib/digest.mjs';
import { withLock } from './lib/lock.mjs';
import { findNode24 } from './lib/node24.mjs';
import { UserProblem } from './lib/problem.mjs';
import { runQuietly } from './lib/run-quietly.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const PNPM = 'pnpm@12.21.0';

/**
 * Brings what the commands stand on, and nothing that is there already: the packages (with Node 24 among them), then the
 * built editor. Gives back the Node that runs the sources. Everything it has to say goes to standard error.
 */
export async function prepare({ editor = false, directory = root, say = sayOnStderr } = {}) {
  await install(directory, say);
  if (editor) await buildEditor(directory, say);
  linkCommand(directory);
  const node = findNode24(directory);
  if (!node) {
    throw new UserProblem(
      `expected Node 24 in node_modules/node after the install, found none. ` +
        `Remove node_modules and try again; where the machine's own Node is 24 or later, that one is taken.`,
    );
  }
  return { node };
}

async function install(directory, say) {
  await once({
    directory,
    stamp: 'install',
    inputs: manifests(directory),
    // A lockfile installs other binaries on another platform: a folder that was copied over is installed anew.
    salt: `${PNPM} ${process.platform} ${process.arch}`,
    isThere: () => existsSync(join(directory, 'node_modules', '.modules.yaml')) && findNode24(directory) !== undefined,
    announce: () => say('installing the packages, and Node 24 with them (once; a minute at most on a usual line)'),
    say,
    work: async () => {
      const args = ['-y', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'];
      const result = await runQuietly('npx', args, { cwd: directory });
      if (!result.ok) throw new UserProblem(explainInstall(result));
    },
  });
}

async function buildEditor(directory, say) {
  const editor = join(directory, 'packages', 'editor');
  const engine = join(directory, 'packages', 'engine', 'src');
  await once({
    directory,
    stamp: 'editor',
    inputs: [editor, join(engine, 'loop'), join(engine, 'rule'), join(directory, 'pnpm-lock.yaml')],
    isThere: () => existsSync(join(editor, 'dist', 'index.html')),
    announce: () => say('building the editor'),
    say,
    work: async () => {
      const vite = join(directory, 'node_modules', 'vite', 'bin', 'vite.js');
      const result = await runQuietly(findNode24(directory), [vite, 'build'], { cwd: editor });
      if (!result.ok) throw new UserProblem(`The editor could not be built:\n${result.tail}`);
    },
  });
}

/** Runs `work` only when its inputs differ from those that the stamp remembers, and never twice at a time. */
async function once({ directory, stamp, inputs, salt = '', isThere, announce, say, work }) {
  const file = join(directory, 'node_modules', '.cache', 'osicam', `${stamp}.stamp`);
  const isUpToDate = (digest) => isThere() && existsSync(file) && readFileSync(file, 'utf8') === digest;
  if (isUpToDate(digestFiles(directory, inputs, salt))) return;

  const onWait = () => say('waiting for another OSICAM command that installs or builds here');
  await withLock(
    join(directory, '.cache', 'prepare.lock'),
    async () => {
      // Taken again: another process may have done the work while this one waited.
      const digest = digestFiles(directory, inputs, salt);
      if (isUpToDate(digest)) return;
      announce();
      rmSync(file, { force: true });
      await work();
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, digest);
    },
    { onWait },
  );
}

/** The lockfile and each workspace package's manifest: all that an install depends on. */
function manifests(directory) {
  const folders = ['packages', 'examples', 'tests'].map((name) => join(directory, name));
  const own = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => join(directory, name));
  return [...own, ...listFiles(folders).filter((file) => file.endsWith('package.json'))];
}

/** `npx osicam` looks here first; without it npx would set up a copy of the root package in its own cache. */
function linkCommand(directory) {
  const bin = join(directory, 'node_modules', '.bin');
  const link = join(bin, 'osicam');
  if (lstatSync(link, { throwIfNoEntry: false })) return;
  mkdirSync(bin, { recursive: true });
  try {
    if (process.platform === 'win32') {
      writeFileSync(`${link}.cmd`, '@node "%~dp0..\\..\\scripts\\osicam.mjs" %*\r\n');
    } else {
      symlinkSync(join('..', '..', 'scripts', 'osicam.mjs'), link);
    }
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

function explainInstall({ missing, tail }) {
  if (missing) {
    return (
      'expected npx (it comes with npm) on the PATH, found none. ' +
      'Install Node 20 or later together with npm, then run the command again.'
    );
  }
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network|dns error|error sending request/i.test(
      tail,
    )
  ) {
    return `The packages could not be fetched: the npm registry does not answer. Is this machine online, or behind a proxy that npm does not know?\n${tail}`;
  }
  if (/OUTDATED_LOCKFILE|frozen-lockfile/i.test(tail)) {
    return `pnpm-lock.yaml does not fit the package.json files. Run \`npx ${PNPM} install\` and commit the lockfile.\n${tail}`;
  }
  return `The packages could not be installed:\n${tail}`;
}

function sayOnStderr(line) {
  process.stderr.write(`osicam: ${line}\n`);
}
