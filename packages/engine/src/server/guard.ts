import type { MiddlewareHandler } from 'hono';
import type { Authenticate } from './caller.ts';
import { mayAct } from './caller.ts';
import { clientAddress } from './client-address.ts';
import type { Env } from './env.ts';
import type { Role } from './roles.ts';
import { ServerError } from './server-error.ts';

/** Nobody gets further without a session or a token: stands before anything that reads a body. */
export const requireCaller =
  (authenticate: Authenticate): MiddlewareHandler<Env> =>
  async (c, next) => {
    const caller = await authenticate(c.req.raw.headers, clientAddress(c));
    if (!caller) {
      if (!/^Bearer /i.test(c.req.header('authorization') ?? ''))
        throw new ServerError(401, 'unauthenticated', 'sign in first, or show an API token');
      c.header('www-authenticate', 'Bearer realm="OSICAM API"');
      throw new ServerError(
        401,
        'unauthenticated',
        'expected a token of this installation: this one was never given out, has been revoked, or is too old',
      );
    }
    c.set('caller', caller);
    await next();
    for (const cookie of caller.cookies) c.res.headers.append('set-cookie', cookie);
  };

const isChange = (method: string): boolean => method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';

/** Who may only look changes nothing. Before the body is read, whatever the route. */
export const requireChanger: MiddlewareHandler<Env> = async (c, next) => {
  if (isChange(c.req.method)) expectRole(c.get('caller'), 'operator');
  await next();
};

export const requireRole =
  (role: Role): MiddlewareHandler<Env> =>
  async (c, next) => {
    expectRole(c.get('caller'), role);
    await next();
  };

function expectRole(caller: Env['Variables']['caller'], role: Role): void {
  if (mayAct(caller, role)) return;
  throw new ServerError(
    403,
    'role',
    `this takes the role ${role}, and ${caller.session ? caller.actor : `the token ${caller.user.name}`} has the role ${caller.role}`,
  );
}

/**
 * A change must come from a page of this server. The browser says where a request comes from and no page can make it lie;
 * the session's cookie alone would be sent along by a page of another port of the same host. A token is sent by nobody but
 * its owner's program.
 */
export const requireSameOrigin = (baseURL: string): MiddlewareHandler<Env> => {
  const own = new URL(baseURL).origin;
  return async (c, next) => {
    if (isChange(c.req.method) && c.get('caller')?.session !== false) {
      const site = c.req.header('sec-fetch-site');
      const origin = c.req.header('origin');
      const same = site
        ? site === 'same-origin'
        : origin !== undefined && (origin === own || hostOf(origin) === c.req.header('host'));
      if (!same)
        throw new ServerError(
          403,
          'other-origin',
          `expected a request from ${own}, got one from ${origin ?? site ?? 'an unknown origin'}`,
        );
    }
    await next();
  };
};

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** Metrics without a session only for a scraper on this machine: not through a proxy, and not by a name that somebody pointed here. */
export const requireCallerOrLoopback = (authenticate: Authenticate): MiddlewareHandler<Env> => {
  const caller = requireCaller(authenticate);
  return async (c, next) => {
    const address = clientAddress(c);
    const local = address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';
    const direct = !c.req.header('x-forwarded-for') && !c.req.header('forwarded');
    const named = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(c.req.header('host') ?? '');
    return local && direct && named ? next() : caller(c, next);
  };
};
