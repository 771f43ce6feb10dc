import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { meShape, newWriteKeyShape, writeKeyShape } from '../shapes/session.ts';
import type { WriteKeys } from '../write-keys.ts';

export function sessionRoutes(app: App, { installation, clock, writeKeys }: ServerPorts, keys: WriteKeys): void {
  endpoint(
    app,
    { method: 'get', path: '/api/me', tag: 'Session', summary: 'Who is signed in, and where', answer: meShape },
    ({ user, role }) => ({ user, role, installation: { ...installation }, clock: clock.read() }),
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/write-keys',
      tag: 'Session',
      summary: 'The keys that may send events, without the keys themselves',
      answer: z.array(writeKeyShape),
    },
    async () => (await writeKeys.list()).map(({ name, createdAt }) => ({ name, createdAt })),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/write-keys',
      tag: 'Session',
      summary: 'A new key for sending events, shown once',
      body: z.object({ name: z.string().trim().min(1).max(100) }),
      answer: newWriteKeyShape,
      role: 'admin',
      status: 201,
    },
    ({ body }) => keys.create(body.name),
  );
}
