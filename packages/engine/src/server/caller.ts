import { apiTokenForm } from './api-tokens.ts';
import type { ServerLog } from './log.ts';
import type { AuthPort, TokensPort } from './ports.ts';
import type { Role } from './roles.ts';
import { roles } from './roles.ts';
import { ServerError } from './server-error.ts';
import type { User } from './shapes/session.ts';

/** Who makes a request, and what they may do. */
export interface Caller {
  readonly user: User;
  readonly role: Role;
  /** As the audit names them: a user's e-mail, or `token:<name>`. */
  readonly actor: string;
  /** By a cookie, which a browser sends by itself; a token is sent by whoever has it. */
  readonly session: boolean;
  /** Prolong a session that is in use. */
  readonly cookies: readonly string[];
}

/** Undefined for a request that shows nothing that is known. */
export type Authenticate = (headers: Headers, address?: string) => Promise<Caller | undefined>;

export const mayAct = (caller: Pick<Caller, 'role'>, least: Role): boolean =>
  roles.indexOf(caller.role) >= roles.indexOf(least);

/**
 * Callers by their token, else by their session. A request that shows a token is judged by it alone: a program whose token
 * has been revoked does not go on as the person whose browser it runs in.
 */
export function createAuthenticate(ports: { auth: AuthPort; tokens: TokensPort; log: ServerLog }): Authenticate {
  const { auth, tokens, log } = ports;
  const wrong = new WrongTokens(log);
  return async (headers, address) => {
    const secret = /^Bearer +(.*)$/i.exec(headers.get('authorization') ?? '')?.[1]?.trim();
    if (secret === undefined) {
      const session = await auth.session(headers);
      if (!session) return undefined;
      const { user, cookies = [] } = session;
      return { user, role: 'admin', actor: user.email, session: true, cookies };
    }
    // What no token looks like costs no question to the database.
    const token = apiTokenForm.test(secret) ? await tokens.check(secret) : undefined;
    if (!token) {
      wrong.add(address ?? '');
      return undefined;
    }
    const { name, role, digest } = token;
    const user = { id: `token:${digest.slice(0, 16)}`, name, email: '' };
    return { user, role, actor: `token:${name}`, session: false, cookies: [] };
  };
}

const perMinute = 30;
const mostAddresses = 10_000;

/**
 * Counts wrong tokens an address and minute, and answers 429 where there are too many. Nobody guesses 192 random bits; a
 * program that goes on with a revoked token is to be told to wait, and its administrator to be told of it. A token that is
 * right always passes, so that nobody shuts out others behind the same proxy.
 */
class WrongTokens {
  readonly #log: ServerLog;
  readonly #counts = new Map<string, number>();
  #began = performance.now();

  constructor(log: ServerLog) {
    this.#log = log;
  }

  add(address: string): void {
    const now = performance.now();
    if (now - this.#began > 60_000 || this.#counts.size > mostAddresses) {
      this.#counts.clear();
      this.#began = now;
    }
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    if (count <= perMinute) return;
    if (count === perMinute + 1) this.#log.warn({ address }, 'many wrong API tokens from this address');
    throw new ServerError(429, 'too-many', `more than ${perMinute} wrong tokens within a minute: wait a minute`);
  }
}
