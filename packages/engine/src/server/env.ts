import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Caller } from './caller.ts';

/** What goes with a request through the app. */
export interface Env {
  Variables: { caller: Caller; requestId: string; writeKey?: string };
  /** Without a socket, as in tests, there are none. */
  Bindings: Partial<HttpBindings>;
}

export type App = OpenAPIHono<Env>;
