import { StoreError, StoreUnavailableError } from './database.ts';

/** What may be done again from its beginning, because nothing of it is left. */
const lost = new Set(['40001', '40P01', '55P03']);
/** Two who inserted the same key at once: the second sees it when it looks again. */
const duplicate = '23505';

/** The server ends or begins, or has no room for one more connection. */
const codes = new Set([
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '25P03',
  '53300',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '08P01',
]);
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOENT',
]);
const messages =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|The server does not support SSL)/;

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** Whether the transaction lost against another one, and may be done again at once. */
export const hasLost = (error: unknown): boolean => lost.has(codeOf(error));

export const isDuplicate = (error: unknown): boolean => codeOf(error) === duplicate;

/** Whether the connection is gone, rather than a statement wrong. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isConnectionLoss);
  const code = codeOf(error);
  return codes.has(code) || systemCodes.has(code) || (error instanceof Error && messages.test(error.message));
}

/** What PostgreSQL says of the database itself, rather than of a statement, is the user's to mend. */
const aboutTheDatabase: Readonly<Record<string, string>> = {
  '28P01': 'it refuses the password: expected postgres://user:password@host/database with the right one',
  '28000': 'it does not let this user in: expected a user whom pg_hba.conf allows',
  '3D000': 'there is no such database: create it, OSICAM makes its tables in it',
  '42501': 'this user may not do that: grant it all rights on the database and its schema',
  '53100': 'its disk is full: make room, what was done is kept',
  '53200': 'it is out of memory',
  '25006': 'it can only be read: expected the primary, not a standby',
  ENOTFOUND: 'its host is not known: expected postgres://user:password@host/database',
};

/** An error of the driver in words that say what to do; a wrong statement stays what it is, with its text. */
export function toStoreError(error: unknown, place: string, statement?: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const { message } = error;
  if (isConnectionLoss(error))
    return new StoreUnavailableError(
      `cannot reach the database ${place}: ${message || codeOf(error)}; expected a PostgreSQL server that runs, and goes on when it does`,
      { cause: error },
    );
  const why = aboutTheDatabase[codeOf(error)];
  if (why !== undefined)
    return new StoreError(`cannot use the database ${place}: ${why} (${message})`, { cause: error });
  if (statement !== undefined && codeOf(error) !== '') error.message = `${message}, in: ${statement}`;
  return error;
}

/** The address of a database as it may be shown: without the password. */
export function placeOf(url: string): string {
  return url.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, '$1@').replace(/([?&]password=)[^&]*/, '$1…');
}
