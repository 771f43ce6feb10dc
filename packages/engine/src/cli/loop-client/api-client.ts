import type { Problem } from '../../loop/index.ts';
import { CliError } from '../cli-error.ts';
import type { Reach } from './reach.ts';

/** What the server refused, with its answer as it came. */
export class RefusedError extends CliError {
  readonly status: number;
  readonly answer: unknown;

  constructor(message: string, status: number, answer: unknown) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

export interface ApiClient {
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'PUT', path: string, body?: unknown): Promise<T>;
}

/** A path under the API from parts that may hold anything. */
export const apiPath = (...parts: string[]): string => ['api', ...parts.map(encodeURIComponent)].join('/');

/** Calls the API of a server; whatever goes wrong becomes one sentence. */
export function createApiClient({ base, token }: Reach): ApiClient {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const url = new URL(path, base);
    const response = await fetch(url, {
      method,
      // A token is sent to the server that was named, and to none that it points to.
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: Error) => {
      throw new CliError(unreachable(base, error));
    });
    if (response.status >= 300 && response.status < 400)
      throw new CliError(
        `${base.origin} points to ${response.headers.get('location') ?? 'another address'}: name that with --server`,
      );
    const answer = await readAnswer(response, url);
    if (response.ok) return answer;
    throw new RefusedError(refusal(response.status, answer, base), response.status, answer);
  };
  return {
    get: <T>(path: string) => call('GET', path) as Promise<T>,
    send: <T>(method: 'POST' | 'PUT', path: string, body?: unknown) => call(method, path, body) as Promise<T>,
  };
}

async function readAnswer(response: Response, url: URL): Promise<unknown> {
  const text = await response.text().catch((error: Error) => {
    throw new CliError(`the answer of ${url.origin} broke off: ${error.message}`);
  });
  try {
    return JSON.parse(text);
  } catch {
    const type = response.headers.get('content-type') ?? 'no type';
    throw new CliError(
      `${url.origin} answers ${response.status} with ${type}, as no OSICAM server does: is --server the right address?`,
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; is osicam serve running?',
  ENOTFOUND: 'there is no machine of that name',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT:
    'it took the request and has not answered within five minutes; osicam loop audit shows what has become of it',
  UND_ERR_SOCKET: 'it closed the connection; osicam loop audit shows whether anything was done',
  ECONNRESET: 'it closed the connection; osicam loop audit shows whether anything was done',
};

function unreachable(base: URL, error: Error): string {
  const { code = '', message } = (error.cause ?? error) as NodeJS.ErrnoException;
  return `cannot reach ${base.origin}: ${reasons[code] ?? (message || code)}`;
}

interface ErrorAnswer {
  error?: { message?: string; problems?: Problem[] };
}

function refusal(status: number, answer: unknown, base: URL): string {
  const { message = `it answered ${status}`, problems = [] } = (answer as ErrorAnswer | null)?.error ?? {};
  if (status === 401)
    return `${base.origin} does not know this token: it was revoked, is too old, or is of another installation; osicam token create gives one out`;
  if (status === 403) return `${base.origin} does not allow it: ${message}`;
  // A loop that is not sound carries its problems in the message already.
  const more = problems.filter((problem) => problem.level === 'error' && !message.includes(problem.message));
  return [message, ...more.map((problem) => `${problem.path}: ${problem.message}`)].join('\n  ');
}
