import type { MessagePort, Worker } from 'node:worker_threads';
import { LoopError } from '../../loop/index.ts';
// Not by the room's face, which would load all of the server into each thread.
import { ServerError } from '../../server/server-error.ts';

/** Methods that another thread may call: what goes in and out is copied, so it must be plain data. */
export type Methods = Record<string, (...args: never[]) => Promise<unknown>>;

interface Call {
  id: number;
  method: string;
  args: unknown[];
}

interface Answer {
  id: number;
  result?: unknown;
  error?: { name: string; message: string; stack: string | undefined } & Partial<
    Pick<LoopError, 'loopId'> & Pick<ServerError, 'status' | 'code' | 'problems'>
  >;
}

type Port = Pick<MessagePort, 'postMessage' | 'on'> | Pick<Worker, 'postMessage' | 'on'>;

/** Lets the other end of a port call these methods. */
export function expose(port: Port, methods: Methods): void {
  const answer = async ({ id, method, args }: Call): Promise<void> => {
    const reply: Answer = { id };
    try {
      if (!Object.hasOwn(methods, method)) throw new TypeError(`there is no method ${method}`);
      reply.result = await (methods[method] as (...args: unknown[]) => Promise<unknown>)(...args);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      reply.error = { name: error.name, message: error.message, stack: error.stack };
      if (error instanceof LoopError) Object.assign(reply.error, { loopId: error.loopId, problems: error.problems });
      if (error instanceof ServerError)
        Object.assign(reply.error, { status: error.status, code: error.code, problems: error.problems });
    }
    port.postMessage(reply);
  };
  (port as MessagePort).on('message', (call: Call) => void answer(call));
}

/** The methods that the other end of a port exposes. Errors keep their names; those that a client is told of come back as what they were. */
export function remote<M extends Methods>(port: Port): { methods: M; fail: (error: Error) => void } {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  let failed: Error | undefined;
  (port as MessagePort).on('message', ({ id, result, error }: Answer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(rebuild(error));
    else call?.resolve(result);
  });
  const methods = new Proxy({} as M, {
    get: (_, method) => {
      // A promise that resolves to this object must not take it for a promise.
      if (typeof method !== 'string' || method === 'then') return undefined;
      return (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (failed) return reject(failed);
          const id = ++last;
          waiting.set(id, { resolve, reject });
          port.postMessage({ id, method, args } satisfies Call);
        });
    },
  });
  const fail = (error: Error) => {
    failed = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  return { methods, fail };
}

function rebuild(told: NonNullable<Answer['error']>): Error {
  if (told.name === 'LoopError') return new LoopError(told.loopId ?? '', told.problems ?? []);
  if (told.name === 'ServerError')
    return new ServerError(told.status ?? 400, told.code ?? 'refused', told.message, told.problems);
  const error = new Error(told.message);
  error.name = told.name;
  if (told.stack !== undefined) error.stack = told.stack;
  return error;
}
