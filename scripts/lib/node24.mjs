import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NEEDED_MAJOR = 24;

/** The Node that runs the TypeScript sources: the pinned one that the packages bring, else this very process's. */
export function findNode24(root) {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned)) return pinned;
  return ownNodeIsEnough() ? process.execPath : undefined;
}

export function ownNodeIsEnough(version = process.versions.node) {
  return Number(version.split('.')[0]) >= NEEDED_MAJOR;
}
