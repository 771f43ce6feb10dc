import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { magicLink } from 'better-auth/plugins';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import type { ServerLog } from './log.ts';
import type { AuthPort } from './ports.ts';

export interface AuthOptions {
  /**
   * A SQLite file of its own, so that a copy of the customer base never carries passwords or sessions; or the PostgreSQL
   * database (`postgres://…`) that several servers share, with their sessions.
   */
  database: string;
  secret: string;
  /** The address that users see. */
  baseURL: string;
  log: ServerLog;
  /** Who is made when there is nobody yet. Without a password the only way in is a sign-in link. */
  administrator: { email: string; name: string; password?: string };
  /** Attempts a minute and address to sign in. */
  attempts?: number;
}

export interface Auth extends AuthPort {
  /** An address that signs the first administrator in, once, within eight hours. */
  createSignInLink(): Promise<string>;
  close(): Promise<void>;
}

const linkSeconds = 8 * 60 * 60;
/** Written by the server alone over whatever a client sends, so that nobody chooses the address that is counted. */
const addressHeader = 'x-osicam-client-address';

/** Sign-in by better-auth over a SQLite file. Nobody can sign up; nothing is sent anywhere. */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { log, baseURL } = options;
  const database = /^postgres(ql)?:/.test(options.database)
    ? openShared(options.database)
    : openPrivately(options.database);
  const givenOut = new Map<string, string>();

  const auth = betterAuth({
    appName: 'OSICAM',
    baseURL,
    basePath: '/api/auth',
    secret: options.secret,
    database,
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12 },
    rateLimit: {
      enabled: true,
      storage: 'memory',
      window: 60,
      max: 300,
      customRules: { '/sign-in/*': { window: 60, max: options.attempts ?? 10 } },
    },
    // A page is trusted when it comes from the very address that it calls.
    trustedOrigins: (request) => (request ? [new URL(request.url).origin] : []),
    disabledPaths: ['/sign-in/magic-link', '/magic-link/verify', '/sign-up/email', '/sign-in/social'],
    advanced: {
      cookiePrefix: 'osicam',
      ipAddress: { ipAddressHeaders: [addressHeader] },
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
    },
    // Only the message: the arguments behind it can hold what somebody typed.
    logger: {
      level: 'error',
      log: (level, message) => log[level === 'error' ? 'error' : 'debug']({ part: 'auth' }, message),
    },
    plugins: [
      magicLink({
        expiresIn: linkSeconds,
        disableSignUp: true,
        storeToken: 'hashed',
        sendMagicLink: ({ token, metadata }) => {
          givenOut.set(String(metadata?.['call']), token);
        },
      }),
    ],
  });

  // Servers that start at once: the first makes tables and administrator, the others find them.
  const turn = database instanceof pg.Pool ? await takeTurn(database) : undefined;
  try {
    await (await getMigrations(auth.options)).runMigrations();
    await ensureAdministrator();
  } finally {
    await turn?.();
  }

  async function ensureAdministrator(): Promise<void> {
    const context = await auth.$context;
    if ((await context.internalAdapter.countTotalUsers()) > 0) return;
    const { email, name, password } = options.administrator;
    // Verified, because whoever starts the server is who owns it; an unverified one would lose its password at the first link.
    const user = await context.internalAdapter.createUser({ email, name, emailVerified: true }, { method: 'admin' });
    if (password === undefined) return;
    await context.internalAdapter.linkAccount({
      userId: user.id,
      providerId: 'credential',
      accountId: user.id,
      password: await context.password.hash(password),
    });
  }

  async function createSignInLink(): Promise<string> {
    const context = await auth.$context;
    const [first] = await context.internalAdapter.listUsers(1, 0, { field: 'createdAt', direction: 'asc' });
    if (!first) throw new Error('expected an administrator to sign in, found no user');
    const call = randomUUID();
    await auth.api.signInMagicLink({ body: { email: first.email, metadata: { call } }, headers: new Headers() });
    const token = givenOut.get(call);
    givenOut.delete(call);
    if (!token) throw new Error('the sign-in link was not made');
    return `${baseURL}/signin?token=${encodeURIComponent(token)}`;
  }

  return {
    createSignInLink,
    close: async () => {
      await (database instanceof pg.Pool ? database.end() : database.close());
    },

    async handler(request, address) {
      const headers = new Headers(request.headers);
      headers.delete(addressHeader);
      if (address) headers.set(addressHeader, address);
      return auth.handler(new Request(request, { headers }));
    },

    async session(headers) {
      if (!headers.has('cookie')) return undefined;
      const found = await auth.api.getSession({ headers, returnHeaders: true });
      if (!found.response) return undefined;
      const { id, name, email } = found.response.user;
      return { user: { id, name, email }, cookies: found.headers?.getSetCookie() ?? [] };
    },

    async redeemSignInToken(token) {
      const response = await auth.api.magicLinkVerify({ query: { token }, headers: new Headers(), asResponse: true });
      return response.ok ? response.headers.getSetCookie() : undefined;
    },
  };
}

function openShared(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'osicam sign-in' });
  pool.on('error', () => undefined);
  return pool;
}

/** Any number that other programs in the same database are not likely to use. */
const beginning = 7_318_349_243;

async function takeTurn(pool: pg.Pool): Promise<() => Promise<void>> {
  const client = await pool.connect();
  await client.query(`SELECT pg_advisory_lock(${beginning})`);
  return async () => {
    await client.query(`SELECT pg_advisory_unlock(${beginning})`);
    client.release();
  };
}

function openPrivately(file: string): Sqlite.Database {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
  }
  const database = new Sqlite(file, { timeout: 5000 });
  try {
    database.pragma('journal_mode = WAL');
  } catch (error) {
    database.close();
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test((error as { code?: string }).code ?? '')) throw error;
    throw new AuthFileError(
      `cannot use the sign-in data ${file}: it is damaged or no database: restore a backup, or move it away, and it is made ` +
        `anew with the one administrator (${(error as Error).message})`,
    );
  }
  return database;
}

/** What whoever runs the installation can mend. */
class AuthFileError extends Error {
  override name = 'AuthFileError';
}
