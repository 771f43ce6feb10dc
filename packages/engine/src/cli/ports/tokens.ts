import type { ApiToken, TokensPort } from '../../server/index.ts';
import { conflict, digestOfApiToken, newApiToken, ServerError } from '../../server/index.ts';
import type { Database, TokenRow } from '../../store/index.ts';
import { deleteToken, findToken, insertToken, listTokens, markTokenUsed } from '../../store/index.ts';

/** What changes about tokens: in the thread that writes the database. */
export interface TokenWriter {
  addToken(token: Omit<TokenRow, 'usedAt'>): Promise<boolean>;
  removeToken(digest: string): Promise<boolean>;
  markTokenUsed(digest: string, at: number): Promise<void>;
}

export const tokenWriter = (db: Pick<Database, 'write'>): TokenWriter => ({
  addToken: (token) => db.write((tx) => insertToken(tx, token)),
  removeToken: (digest) => db.write((tx) => deleteToken(tx, digest)),
  markTokenUsed: (digest, at) => db.write((tx) => markTokenUsed(tx, digest, at)),
});

/** That a token is used is written this often at most: reading by a program is not to become writing. */
const usedEvery = 60_000;

/** The tokens of this installation. `now` is the machine's clock, whatever clock the loops run on: access ends when it was said to end. */
export function createTokensPort(parts: {
  read: Database['read'];
  writer: TokenWriter;
  now: () => number;
}): TokensPort {
  const { read, writer, now } = parts;
  const marked = new Map<string, number>();
  const markUsed = (token: TokenRow, at: number): void => {
    if (at - Math.max(token.usedAt ?? 0, marked.get(token.digest) ?? 0) < usedEvery) return;
    marked.set(token.digest, at);
    // A request is answered whether or not this can be written, as on a disk that is full.
    writer.markTokenUsed(token.digest, at).catch(() => undefined);
  };

  return {
    list: async () => (await read(listTokens)).map(toApiToken),
    create: async ({ name, role, expiresAt }) => {
      const createdAt = now();
      if (expiresAt !== undefined && expiresAt <= createdAt)
        throw new ServerError(
          422,
          'expired',
          'the token would have ended before it begins: expected a later expiresAt',
        );
      const secret = newApiToken();
      const token = { digest: digestOfApiToken(secret), name, role, createdAt, expiresAt: expiresAt ?? null };
      if (!(await writer.addToken(token)))
        throw conflict(`there is a token ${name} already: revoke it first, or choose another name`);
      return { ...toApiToken({ ...token, usedAt: null }), secret };
    },
    revoke: (digest) => writer.removeToken(digest),
    check: async (secret) => {
      const token = await read((tx) => findToken(tx, digestOfApiToken(secret)));
      const at = now();
      if (!token || (token.expiresAt !== null && token.expiresAt <= at)) return undefined;
      markUsed(token, at);
      return toApiToken(token);
    },
  };
}

const toApiToken = ({ digest, name, role, createdAt, expiresAt, usedAt }: TokenRow): ApiToken => ({
  digest,
  name,
  role: role as ApiToken['role'],
  createdAt,
  ...(expiresAt === null ? {} : { expiresAt }),
  ...(usedAt === null ? {} : { usedAt }),
});
