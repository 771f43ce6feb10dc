import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';
import { clientAddress } from '../client-address.ts';
import type { App } from '../endpoint.ts';
import { requireSameOrigin } from '../guard.ts';
import type { ServerPorts } from '../ports.ts';

export function signInRoutes(app: App, { auth, baseURL }: ServerPorts): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/signin',
    tags: ['Session'],
    summary: 'Opens a one-time sign-in link',
    responses: { 302: { description: 'Signed in, on to the editor' }, 410: { description: 'The link is used up' } },
  });
  app.get('/signin', async (c, next) => {
    const token = c.req.query('token');
    // Without a token it is a page of the editor like any other.
    if (!token) return next();
    // A look at the link, as a chat program takes, must not use it up.
    if (c.req.method === 'HEAD') return c.body(null, 204);
    const cookies = await auth.redeemSignInToken(token);
    c.header('cache-control', 'no-store');
    if (!cookies) return c.html(usedUp, 410);
    for (const cookie of cookies) c.header('set-cookie', cookie, { append: true });
    return c.redirect('/', 302);
  });

  const limit = bodyLimit({ maxSize: 64 * 1024 });
  app.on(['GET', 'POST'], '/api/auth/*', limit, requireSameOrigin(baseURL), (c) =>
    auth.handler(c.req.raw, clientAddress(c)),
  );
}

const usedUp = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Sign-in link used up · OSICAM</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1.5rem; color: #1f2933; }
      h1 { font-size: 1.4rem; }
      code { background: #eef1f4; padding: 0.1em 0.35em; border-radius: 4px; }
    </style>
  </head>
  <body>
    <h1>This sign-in link cannot be used any more</h1>
    <p>A link signs you in once, within eight hours. This one was used before, or it is too old.</p>
    <p>
      For a new one, stop OSICAM where it runs and start it again (<code>npm start</code>, or your
      <code>osicam serve</code> command): it prints a fresh link.
    </p>
    <p>Already signed in in this browser, or do you have a password? <a href="/">Open OSICAM</a>.</p>
  </body>
</html>`;
