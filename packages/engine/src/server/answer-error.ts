import type { Context } from 'hono';
import { LoopError } from '../loop/problem.ts';
import type { Env } from './endpoint.ts';
import type { ServerLog } from './log.ts';
import { ServerError } from './server-error.ts';

/** What the store throws when it cannot do its work, by name: it may come from another thread. */
const storeErrors = new Set(['StoreError', 'StoreUnavailableError']);

/** What the client must mend is told in full; anything else is a bug, told to the log alone. */
export const answerError =
  (log: ServerLog) =>
  (error: Error, c: Context<Env>): Response => {
    if (error instanceof ServerError) {
      const { status, code, message, problems } = error;
      return c.json({ error: { code, message, ...(problems ? { problems } : {}) } }, status);
    }
    if (error instanceof LoopError)
      return c.json({ error: { code: 'invalid-loop', message: error.message, problems: error.problems } }, 422);
    const request = c.get('requestId');
    if (storeErrors.has(error.name)) {
      // Where the file is, and why, is for those who look after the installation.
      log.error({ request, error: { message: error.message } }, 'the database refused');
      c.header('retry-after', '5');
      return c.json(
        {
          error: {
            code: 'unavailable',
            message: `the database takes nothing in at present: nothing was stored, try again later (request ${request})`,
          },
        },
        503,
      );
    }
    log.error(
      { request, method: c.req.method, path: c.req.path, error: { message: error.message, stack: error.stack } },
      'request failed',
    );
    return c.json(
      { error: { code: 'internal', message: `something went wrong in the server (request ${request})` } },
      500,
    );
  };
