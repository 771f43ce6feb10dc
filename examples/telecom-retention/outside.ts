import type { Json, JsonObject, StoryEvent } from '@osicam/engine/plugin';
import type { TelecomBase } from './generate.ts';
import type { SourceEvent } from './history.ts';
import { createLedger, type TurnContact } from './ledger.ts';
import type { WorldEvent } from './timeline.ts';
import { createWorld, type Receipt } from './world.ts';

/** All that is outside the engine, however a contact comes to it: the world, and the ledger that knows what is true. */
export type Outside = {
  receive(contact: TurnContact): Receipt;
  nextDue(): number | undefined;
  take(until: number): StoryEvent[];
  truth(turn: number): JsonObject;
};

export function createOutside(base: TelecomBase): Outside {
  const world = createWorld(base, { seed: base.seed });
  const ledger = createLedger(base);
  return {
    receive(contact) {
      const receipt = world.receive(contact);
      if (receipt === 'taken') ledger.note(contact);
      return receipt;
    },
    nextDue: () => world.nextDue(),
    take: (until) => world.take(until).map(fromWorld),
    truth: (turn) => ledger.truth(turn),
  };
}

/** The kinds of identity that loop.json gives the keys of the three files. Account numbers are what Segment calls a userId. */
const KEY_KINDS: Readonly<Record<string, string>> = { B: 'userId', C: 'callerId', S: 'subjectId' };
const keyIdentity = (key: string) => ({ kind: KEY_KINDS[key.charAt(0)] ?? 'userId', value: key });

function fromWorld({ email, phone, accountKey, ...event }: WorldEvent): StoryEvent {
  return {
    identities: [
      ...(email === undefined ? [] : [{ kind: 'email', value: email }]),
      ...(phone === undefined ? [] : [{ kind: 'phone', value: phone }]),
      ...(accountKey === undefined ? [] : [keyIdentity(accountKey)]),
    ],
    event,
  };
}

export function fromHistory({ key, time, ...event }: SourceEvent): StoryEvent {
  return { identities: [keyIdentity(key)], event: { ...event, time: Date.parse(time) } };
}

/** Which of the two mails somebody is reading, by the link in it: nothing else of the mail tells the world. */
export const variantOf = (text: string): string | undefined => /[?&]utm_content=([a-z]+)/.exec(text)?.[1];

/** What billing needs of the loop's webhook: whose contract is up, and in which turn. */
export function renewalOf(body: Json): { account: string; turn: number } | undefined {
  const data = isObject(body) ? body.data : undefined;
  if (data === undefined || !isObject(data) || typeof data.account !== 'string') return undefined;
  return { account: data.account, turn: typeof data.turn === 'number' ? data.turn : 1 };
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
