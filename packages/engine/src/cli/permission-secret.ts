import { keyMark } from '../customers/index.ts';
import type { Database } from '../store/index.ts';
import { readMeta, writeMeta } from '../store/index.ts';
import { CliError } from './cli-error.ts';
import { sharedSecret } from './shared-secret.ts';

/**
 * The secret that links in mails and the suppression list are keyed with. With another one nobody on the list would be found
 * on it, and everybody written to again: a database that knows another secret is not worked on.
 */
export async function permissionSecret(db: Database): Promise<string> {
  const secret = await sharedSecret(db);
  const mark = keyMark(secret);
  const known = await db.read((tx) => readMeta(tx, 'secret_mark'));
  if (known === undefined) await db.write((tx) => writeMeta(tx, 'secret_mark', mark), 'start');
  else if (known !== mark)
    throw new CliError(
      'expected the OSICAM_SECRET that the suppression list and the links in mails of this database were made with, got another: ' +
        'give that one (if it was never set, it stands in the table meta under secret). To give up the list and the links ' +
        'instead, delete secret_mark from the table meta',
    );
  return secret;
}
