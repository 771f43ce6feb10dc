import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HookMapping } from './hook-mapping.ts';

/** How old what is signed with its time may be, in seconds: what was caught on the way cannot be sent again for ever. */
const oldest = 300;

/** Why a request is not by whoever knows the secret, if it is not. `now`: seconds of the machine's clock. */
export function whyNotSigned(
  { signature = { scheme: 'body' as const } }: Pick<HookMapping, 'signature'>,
  secret: string,
  body: string,
  header: (name: string) => string | undefined,
  now: number,
): string | undefined {
  if (signature.scheme === 'standard') {
    const [id, time, signed] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
      (name) => header(name) ?? header(name.replace('webhook', 'svix')),
    );
    if (!id || !time || !signed) return 'expected the headers webhook-id, webhook-timestamp and webhook-signature';
    const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
    const given = signed.split(' ').flatMap((each) => (each.startsWith('v1,') ? [each.slice(3)] : []));
    return whyLate(time, now) ?? whyOther(hmac(key, `${id}.${time}.${body}`), given);
  }
  if (signature.scheme === 'stripe') {
    const parts = (header(signature.header ?? 'stripe-signature') ?? '')
      .split(',')
      .map((part) => part.trim().split('='));
    const time = parts.find(([name]) => name === 't')?.[1];
    if (time === undefined) return `expected the header ${signature.header ?? 'Stripe-Signature'} with t and v1`;
    const given = parts.flatMap(([name, value]) => (name === 'v1' && value ? [value] : []));
    return whyLate(time, now) ?? whyOther(hmac(Buffer.from(secret), `${time}.${body}`), given);
  }
  const name = signature.header ?? 'X-Signature';
  const given = header(name)?.trim();
  if (!given) return `expected the header ${name} with an HMAC-SHA256 of the body`;
  return whyOther(hmac(Buffer.from(secret), body), [given.replace(/^sha256=/i, '')]);
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const whyLate = (time: string, now: number): string | undefined =>
  /^\d{1,12}$/.test(time) && Math.abs(now - Number(time)) <= oldest
    ? undefined
    : `expected a signature of the last ${oldest} seconds, got one of ${time.slice(0, 20)}`;

/** Each is compared in full, however much of it is right. */
function whyOther(expected: Buffer, given: readonly string[]): string | undefined {
  let same = false;
  for (const text of given) {
    const bytes = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
    same = (bytes.length === expected.length && timingSafeEqual(bytes, expected)) || same;
  }
  return same ? undefined : 'the signature is not that of this body with the secret of the hook';
}
