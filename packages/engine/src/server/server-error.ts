import type { Problem } from '../loop/problem.ts';

export type ServerErrorStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 503;

/** A request that cannot be answered as it was asked. A port throws it to choose what the client is told; any other error is a bug. */
export class ServerError extends Error {
  override name = 'ServerError';
  readonly status: ServerErrorStatus;
  /** For programs, in lower case with hyphens, as `not-found`. */
  readonly code: string;
  readonly problems: readonly Problem[] | undefined;

  constructor(status: ServerErrorStatus, code: string, message: string, problems?: readonly Problem[]) {
    super(message);
    this.status = status;
    this.code = code;
    this.problems = problems;
  }
}

export const notFound = (what: string): ServerError => new ServerError(404, 'not-found', `there is no ${what}`);

export const conflict = (message: string): ServerError => new ServerError(409, 'conflict', message);
