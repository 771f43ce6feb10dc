import type { Problem } from '@osicam/engine/loop';

/** An answer that is not the one asked for. The message is the server's own, written for the person who reads it. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly problems: readonly Problem[];

  constructor(status: number, code: string, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.problems = problems;
  }
}

interface Options {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, a file for instance. */
  body?: Blob;
  signal?: AbortSignal;
}

export async function api<T>(path: string, { method, json, body, signal }: Options = {}): Promise<T> {
  const hasBody = json !== undefined || body !== undefined;
  let response: Response;
  try {
    response = await fetch(path, {
      method: method ?? (hasBody ? 'POST' : 'GET'),
      headers: {
        Accept: 'application/json',
        ...(json !== undefined ? { 'Content-Type': 'application/json' } : {}),
        ...(body !== undefined ? { 'Content-Type': body.type || 'application/octet-stream' } : {}),
      },
      ...(hasBody ? { body: body ?? JSON.stringify(json) } : {}),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The OSICAM server does not answer. Is it still running in its terminal?');
  }
  const text = await response.text();
  const answer =
    text && response.headers.get('content-type')?.includes('json') ? (JSON.parse(text) as unknown) : undefined;
  if (response.ok) return answer as T;
  const { error, message } = (answer ?? {}) as {
    error?: { code?: string; message?: string; problems?: Problem[] };
    message?: string;
  };
  throw new ApiError(
    response.status,
    error?.code ?? 'failed',
    error?.message ?? message ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    error?.problems,
  );
}

export const query = (values: Record<string, string | number | undefined>): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  return parameters.size === 0 ? '' : `?${parameters}`;
};
