import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent as HttpAgent, request as http } from 'node:http';
import { Agent as HttpsAgent, request as https } from 'node:https';
import type { ConnectContext, Receipt, Transport } from '@osicam/engine/plugin';
import { z } from '@osicam/engine/plugin';
import { parseDuration } from '@osicam/engine/rule';
import { Webhook } from 'standardwebhooks';
import { ForbiddenAddressError, guardedLookup, hostOf } from '../../outbound.ts';

const secret = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/]{4,}={0,2}$/,
    'expected whsec_ and a key in base64, as whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  );

const configuration = z.strictObject({
  /** `host:port` of what loops may call although it is not on the public internet. */
  allow: z.array(z.string()).default([]),
  /**
   * Where a host of the loops' addresses really is, as `{ "billing.example.com:443": "127.0.0.1:8080" }`: the same loop runs
   * against another system in a test or a demo. The host that the other side is told stays the loop's own.
   */
  connectTo: z.record(z.string(), z.string().regex(/^[^:/]+:\d+$|^\[[^\]]+\]:\d+$/, 'expected host:port')).default({}),
  /**
   * Signs every request as Standard Webhooks does: `whsec_` and the key in base64. Several while a secret is being changed:
   * the receiver accepts a request that any of them has signed.
   */
  secret: z.union([secret, z.array(secret).min(1).max(5)]).optional(),
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** What an answer means for the delivery. A redirection is not followed: it could lead where the guard has not looked. */
function receiptOf({ status, headers, text }: Answer): Receipt {
  if (status >= 200 && status < 300) return { status: 'sent', detail: String(status) };
  const detail = `${status} ${text}`.trim();
  if (status >= 300 && status < 400)
    return {
      status: 'failed',
      detail: `${status}: expected an answer, got a redirection to ${headers.location ?? 'nowhere'}`,
    };
  const passing = status >= 500 || status === 408 || status === 425 || status === 429;
  return passing ? { status: 'retry', detail, after: retryAfter(headers) } : { status: 'failed', detail };
}

const hostAndPort = (text: string) => {
  const { hostname, port } = new URL(`tcp://${text}`);
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port };
};

const longestWait = 86_400_000;

/** Seconds, or an instant, which is read against the other side's own clock. At most a day is believed. */
function retryAfter(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after'] ?? '';
  const instant = Date.parse(text) - Date.parse(headers.date ?? '');
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : instant;
  return Number.isFinite(milliseconds) ? Math.min(Math.max(0, milliseconds), longestWait) : undefined;
}

export function connect({ config }: ConnectContext): Transport<{ timeout: string }> {
  const parsed = configuration.safeParse(config ?? {});
  if (!parsed.success)
    throw new Error(
      `interact/webhook: expected a configuration as { "allow": ["127.0.0.1:8080"] }: ${z.prettifyError(parsed.error)}`,
    );
  const { allow, connectTo, secret: secrets = [] } = parsed.data;
  const signers = [secrets].flat().map((each) => new Webhook(each));
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

  return {
    async deliver({ key, address, body }, { settings, now, signal }) {
      const payload = JSON.stringify(body);
      const timestamp = String(Math.floor(now / 1000));
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(payload)),
        'user-agent': 'osicam',
        'idempotency-key': key,
        'webhook-id': key,
        'webhook-timestamp': timestamp,
      };
      if (signers.length > 0)
        headers['webhook-signature'] = signers.map((signer) => signer.sign(key, new Date(now), payload)).join(' ');
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(parseDuration(settings.timeout))]);
        return receiptOf(await post(new URL(address), payload, headers, limit));
      } catch (error) {
        if (error instanceof ForbiddenAddressError) return { status: 'failed', detail: error.message };
        const { name, message } = error as Error;
        const late = name === 'AbortError' || name === 'TimeoutError';
        return { status: 'retry', detail: late ? `no answer within ${settings.timeout}` : message };
      }
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };

  async function post(
    url: URL,
    payload: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const named = hostOf(url);
    // Whoever configures the installation has looked at the address already.
    const way = Object.hasOwn(connectTo, named)
      ? { ...hostAndPort(connectTo[named] as string), headers: { host: url.host, ...headers } }
      : { headers, lookup: guardedLookup(url, allow) };
    const options = { method: 'POST', signal, ...way };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request =
        url.protocol === 'https:'
          ? https(url, { ...options, agent: agents.https }, resolve)
          : http(url, { ...options, agent: agents.http }, resolve);
      request.on('error', reject).end(payload);
    });
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) {
      // The answer is for a person to read in the ledger; a long one would only hold the connection.
      text += chunk;
      if (text.length > 1000) break;
    }
    return { status: response.statusCode ?? 0, headers: response.headers, text: text.slice(0, 200) };
  }
}
