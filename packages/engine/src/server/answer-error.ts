import type { Context } from 'hono';
import { LoopError } from '../loop/problem.ts';
import type { Problem } from '../loop/problem.ts';
import type { Env } from './endpoint.ts';
import type { ServerLog } from './log.ts';
import { loggedPath } from './logged-path.ts';
import type { ServerErrorStatus } from './server-error.ts';
import { ServerError } from './server-error.ts';

/** What the store throws when it cannot do its work, by name: it may come from another thread. */
const storeErrors = new Set(['StoreError', 'StoreUnavailableError']);

export interface ErrorAnswer {
  status: ServerErrorStatus | 500;
  body: { error: { code: string; message: string; problems?: readonly Problem[] } };
  headers?: Readonly<Record<string, string>>;
}

/** What the client must mend is told in full; anything else is a bug, told to the log alone. */
export function toAnswer(
  error: Error,
  { log, request, method, path }: { log: ServerLog; request: string; method: string; path: string },
): ErrorAnswer {
  if (error instanceof ServerError) {
    const { status, code, message, problems } = error;
    return { status, body: { error: { code, message, ...(problems ? { problems } : {}) } } };
  }
  if (error instanceof LoopError)
    return {
      status: 422,
      body: { error: { code: 'invalid-loop', message: error.message, problems: error.problems } },
    };
  if (storeErrors.has(error.name)) {
    // Where the file is, and why, is for those who look after the installation.
    log.error({ request, error: { message: error.message } }, 'the database refused');
    return {
      status: 503,
      headers: { 'retry-after': '5' },
      body: {
        error: {
          code: 'unavailable',
          message: `the database takes nothing in at present: nothing was stored, try again later (request ${request})`,
        },
      },
    };
  }
  log.error({ request, method, path, error: { message: error.message, stack: error.stack } }, 'request failed');
  return {
    status: 500,
    body: { error: { code: 'internal', message: `something went wrong in the server (request ${request})` } },
  };
}

export const answerError =
  (log: ServerLog) =>
  (error: Error, c: Context<Env>): Response => {
    const { method } = c.req;
    const path = loggedPath(c.req.path);
    const { status, body, headers = {} } = toAnswer(error, { log, request: c.get('requestId'), method, path });
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    return c.json(body, status);
  };
