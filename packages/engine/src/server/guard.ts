import type { MiddlewareHandler } from 'hono';
import { clientAddress } from './client-address.ts';
import type { Env } from './endpoint.ts';
import type { AuthPort } from './ports.ts';
import { ServerError } from './server-error.ts';

/** Nobody gets further without a session: stands before anything that reads a body. */
export const requireSession =
  (auth: AuthPort): MiddlewareHandler<Env> =>
  async (c, next) => {
    const session = await auth.session(c.req.raw.headers);
    if (!session) throw new ServerError(401, 'unauthenticated', 'sign in first');
    c.set('user', session.user);
    await next();
    for (const cookie of session.cookies ?? []) c.res.headers.append('set-cookie', cookie);
  };

/**
 * A change must come from a page of this server. The browser says where a request comes from and no page can make it lie;
 * the session's cookie alone would be sent along by a page of another port of the same host.
 */
export const requireSameOrigin = (baseURL: string): MiddlewareHandler<Env> => {
  const own = new URL(baseURL).origin;
  return async (c, next) => {
    const { method } = c.req;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') {
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
export const requireSessionOrLoopback = (auth: AuthPort): MiddlewareHandler<Env> => {
  const session = requireSession(auth);
  return async (c, next) => {
    const address = clientAddress(c);
    const local = address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';
    const direct = !c.req.header('x-forwarded-for') && !c.req.header('forwarded');
    const named = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(c.req.header('host') ?? '');
    return local && direct && named ? next() : session(c, next);
  };
};
