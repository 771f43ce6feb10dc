import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.cache', '.osicam']);

/** Every file below the given files and folders, sorted, without what is installed or built. */
export function listFiles(paths) {
  const found = [];
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (!statSync(path).isDirectory()) {
      found.push(path);
      return;
    }
    for (const name of readdirSync(path)) if (!SKIPPED.has(name)) visit(join(path, name));
  };
  for (const path of paths) visit(path);
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * A digest of names and contents. Contents, not times: a clone, a copy and a checkout of the same tree must agree,
 * and the few hundred files that are asked about read in some ten milliseconds.
 */
export function digestFiles(root, paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const file of listFiles(paths)) {
    hash.update(`\0${relative(root, file).split(sep).join('/')}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}
