import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callShape, isSound, whyUnsound } from './tracking-call.ts';

const fields = ['messageId', 'userId', 'anonymousId', 'previousId', 'groupId', 'event', 'name', 'category'];
const objects = ['traits', 'properties', 'context'];
const times = ['timestamp', 'originalTimestamp', 'sentAt'];

const lengths = [0, 1, 199, 200, 201, 499, 500, 501].map((length) => 'x'.repeat(length));
const instants = [
  '2026-03-01T09:00:00Z',
  '2026-03-01T09:00:00.123456+02:00',
  '2026-03-01T09:00Z',
  '2026-02-31T00:00:00Z',
  '2024-02-29T00:00:00Z',
  '2026-03-01T09:00:00',
  '2026-03-01',
  'now',
  '2026-03-01T24:00:00Z',
  '2026-03-01t09:00:00z',
];
const value = fc.oneof(
  fc.constantFrom<unknown>(...lengths, ...instants, null, true, 0, -1.5, 1e300, [], {}, [1], { traits: null }),
  fc.record({ traits: fc.oneof(fc.constantFrom<unknown>([], {}, 'x', null, 1), fc.object()) }),
  fc.string(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const call = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.dictionary(fc.constantFrom(...fields, ...objects, ...times, 'else'), value, { maxKeys: 5 }),
  },
  { weight: 1, arbitrary: value },
);

test('the quick look at a call says what the schema says', () => {
  let sound = 0;
  fc.assert(
    fc.property(call, (each) => {
      const given: unknown = JSON.parse(JSON.stringify(each));
      const { success } = callShape.safeParse(given);
      if (success) sound++;
      expect(isSound(given)).toBe(success);
      if (!success) expect(whyUnsound(given)).not.toBe('');
    }),
    { numRuns: 5_000 },
  );
  expect(sound).toBeGreaterThan(500);
});
