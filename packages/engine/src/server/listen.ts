import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { App } from './endpoint.ts';
import type { DirectAnswer } from './ingest/answer-directly.ts';

/** A server that cannot start listening: what was expected, what is there, and what to do. */
export class ListenError extends Error {
  override name = 'ListenError';
}

export interface Listening {
  /** The real one when port 0 was asked for. */
  readonly port: number;
  /** Takes no new connections, lets what is under way end for `grace` milliseconds, then closes. */
  stop(grace?: number): Promise<void>;
}

export async function serve(
  app: App,
  { host, port, direct }: { host: string; port: number; direct?: DirectAnswer },
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer: ((options: ServerOptions, listener: RequestListener) =>
      createServer(options, (request, response) => {
        if (!direct?.(request, response)) listener(request, response);
      })) as typeof createServer,
    serverOptions: {
      headersTimeout: 20_000,
      // A file of any size may be on its way; a connection that has gone silent is closed below.
      requestTimeout: 0,
    },
  }) as Server;
  server.setTimeout(5 * 60_000);

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    stop: (grace = 5000) =>
      new Promise<void>((resolve) => {
        const deadline = setTimeout(() => server.closeAllConnections(), grace);
        // A connection whose last answer went out a moment ago would be kept alive for seconds more.
        const sweep = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearTimeout(deadline);
          clearInterval(sweep);
          resolve();
        });
      }),
  };
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError(`port ${port} on ${host} is in use: stop the other program or choose another with --port`);
    case 'EACCES':
      return new ListenError(
        `port ${port} on ${host} may not be opened by this user: choose one above 1023 with --port`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError(`${host} is no address of this machine: expected one such as 127.0.0.1`);
    default:
      return error;
  }
}
