import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '@osicam/engine/plugin';
import { renewalOf } from '../outside.ts';
import type { Receipt } from '../world.ts';

export type Renewal = { readonly key: string; readonly account: string; readonly turn: number };

const LONGEST = 64 * 1024;

/** The operator's billing system on a free loopback port: takes `POST /renewals`, each key once. */
export async function openBillingServer(
  receive: (renewal: Renewal) => Receipt,
): Promise<{ host: string; close: () => Promise<void> }> {
  async function answer(request: IncomingMessage): Promise<[status: number, body: Json]> {
    if (request.url !== '/renewals') return [404, { error: `expected /renewals, got ${request.url}` }];
    if (request.method !== 'POST') return [405, { error: `expected POST, got ${request.method}` }];
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || key === '') return [400, { error: 'expected the header idempotency-key' }];
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) {
      text += chunk;
      if (text.length > LONGEST) return [413, { error: `expected at most ${LONGEST} characters` }];
    }
    const renewal = renewalOf(parse(text));
    if (!renewal) return [400, { error: 'expected JSON with an account in data' }];
    const receipt = receive({ key, ...renewal });
    return receipt === 'unknown' ? [404, { error: `no account ${renewal.account}` }] : [200, { receipt }];
  }

  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: Error): [number, Json] => [500, { error: error.message }])
      .then(([status, body]) => {
        if (!request.complete) response.setHeader('connection', 'close');
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
