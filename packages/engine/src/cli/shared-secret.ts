import { randomBytes } from 'node:crypto';
import type { Database } from '../store/index.ts';
import { readMeta } from '../store/index.ts';
import { CliError } from './cli-error.ts';

/**
 * The secret that signs session cookies, the same for every server of one database: OSICAM_SECRET, or one that the first of
 * them has made and left there. In the environment it is not in a copy of the database.
 */
export async function sharedSecret(db: Database): Promise<string> {
  const given = process.env.OSICAM_SECRET;
  if (given !== undefined) {
    if (given.length >= 32) return given;
    throw new CliError(`expected at least 32 characters in OSICAM_SECRET, got ${given.length}`);
  }
  const known = await db.read((tx) => readMeta(tx, 'secret'));
  if (known !== undefined) return known;
  const made = randomBytes(32).toString('base64url');
  return db.write(async (tx) => {
    await tx.run("INSERT INTO meta (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING", [made]);
    return (await readMeta(tx, 'secret')) ?? made;
  });
}
