import type { JsonObject, Log, StoryEvent } from '@osicam/engine/plugin';

const MOST_EVENTS = 1_000;
const MOST_BYTES = 400 * 1024;
const EVERY = 100;
const LONGEST_PAUSE = 5_000;

/** Where customers' answers go, and what of them is due. */
export type AnswerOptions = {
  readonly baseURL: string;
  readonly writeKey: string;
  readonly log: Log;
  readonly take: () => readonly StoryEvent[];
};

/**
 * Customers answer over the wire: what is due is posted to the server's ingestion API in Segment's format, oldest first. A
 * batch that does not arrive is sent again until it does, with the same message ids, so nothing counts twice.
 */
export async function postAnswers(
  { baseURL, writeKey, log, take }: AnswerOptions,
  signal: AbortSignal,
  pause: (milliseconds: number) => Promise<void>,
): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`;
  let waiting: JsonObject[] = [];
  let failures = 0;
  while (!signal.aborted) {
    waiting.push(...take().map(toCall));
    if (waiting.length === 0) {
      await pause(EVERY);
      continue;
    }
    const count = fitting(waiting);
    const body = JSON.stringify({ batch: waiting.slice(0, count) });
    const refused = await post(`${baseURL}/v1/batch`, authorization, body, signal);
    if (refused === undefined || refused.forGood) {
      // One batch that the server will never take must not hold up all that comes after it.
      if (refused) log.warn('answers were refused', { count, detail: refused.detail });
      waiting = waiting.slice(count);
      failures = 0;
      continue;
    }
    if (signal.aborted) return;
    if (failures++ === 0) log.warn('answers could not be posted and are tried again', { detail: refused.detail });
    await pause(Math.min(EVERY * 2 ** failures, LONGEST_PAUSE));
  }
}

function toCall({ identities, event }: StoryEvent): JsonObject {
  const valueOf = (kind: string) => identities.find((identity) => identity.kind === kind)?.value;
  const [userId, email, phone] = ['userId', 'email', 'phone'].map(valueOf);
  return {
    type: 'track',
    messageId: event.messageId ?? '',
    event: event.type,
    timestamp: new Date(event.time).toISOString(),
    properties: { ...event.properties, category: event.category },
    ...(userId === undefined ? {} : { userId }),
    context: { traits: { ...(email === undefined ? {} : { email }), ...(phone === undefined ? {} : { phone }) } },
  };
}

/** How many of the first calls make a batch that the server takes: always one. */
function fitting(calls: readonly JsonObject[]): number {
  let bytes = 0;
  const most = Math.min(calls.length, MOST_EVENTS);
  for (let i = 0; i < most; i++) {
    bytes += Buffer.byteLength(JSON.stringify(calls[i])) + 1;
    if (bytes > MOST_BYTES) return Math.max(i, 1);
  }
  return most;
}

async function post(
  url: string,
  authorization: string,
  body: string,
  signal: AbortSignal,
): Promise<{ forGood: boolean; detail: string } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
    });
    const detail = `${response.status} ${(await response.text()).slice(0, 500)}`;
    if (response.ok) return undefined;
    return { forGood: [400, 413, 415, 422].includes(response.status), detail };
  } catch (error) {
    return { forGood: false, detail: (error as Error).message };
  }
}
