import { expect, test } from 'vitest';
import type { IntakeState, NewIntake } from '../../store/index.ts';
import { createIngestPort } from './ingest.ts';
import { IntakePace } from './intake-pace.ts';

const nothing: IntakeState = { rows: 0, first: 0, oldest: undefined };
const request = (body: string) => ({ kind: 'track', calls: 1, body, receivedAt: 0 });
const pace = () => new IntakePace({ behind: 10, atLeast: 100 }, () => 0);

/** An engine whose commits end when the test lets them. */
function engine() {
  const groups: { bodies: string[]; done: (error?: Error) => void }[] = [];
  const writer = {
    acceptRequests: (requests: readonly NewIntake[]) =>
      new Promise<IntakeState>((resolve, reject) => {
        const done = (error?: Error) => (error ? reject(error) : resolve(nothing));
        groups.push({ bodies: requests.map(({ body }) => body), done });
      }),
    retryAside: async () => 0,
    discardAside: async () => 0,
  };
  return { groups, port: createIngestPort(() => Promise.reject(new Error('nothing to read')), writer, pace()) };
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

test('requests that come together are one transaction, and while it is committed the next gathers', async () => {
  const { groups, port } = engine();
  const answered: string[] = [];
  const send = (body: string) =>
    port.accept(request(body)).then(
      () => answered.push(body),
      (error: Error) => answered.push(`${body}: ${error.message}`),
    );
  void send('a');
  void send('b');
  await turn();
  void send('c');
  void send('d');
  await turn();
  expect(groups.map(({ bodies }) => bodies)).toEqual([['a', 'b']]);
  expect(answered).toEqual([]);

  groups[0]?.done();
  await turn();
  expect(answered).toEqual(['a', 'b']);
  expect(groups.map(({ bodies }) => bodies)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);

  // What the disk refused is refused to those alone who were in it.
  groups[1]?.done(new Error('disk full'));
  await turn();
  void send('e');
  await turn();
  groups[2]?.done();
  await turn();
  expect(answered).toEqual(['a', 'b', 'c: disk full', 'd: disk full', 'e']);
});

test('a group holds four megabytes at most, and a request of any size', async () => {
  const { groups, port } = engine();
  for (const size of [3, 3, 5, 1, 1]) void port.accept(request('x'.repeat(size * 1024 * 1024)));
  for (let i = 0; i < 4; i++) {
    await turn();
    groups.at(-1)?.done();
  }
  expect(groups.map(({ bodies }) => bodies.map((body) => body.length / 1024 / 1024))).toEqual([[3], [3], [5], [1, 1]]);
});

test('clients are held off when what waits takes longer than it may, and let in when it does not', () => {
  let age = 0;
  const pace = new IntakePace({ behind: 10, atLeast: 100 }, () => age);
  expect(pace.holdOff()).toBeUndefined();
  // A thousand a second are worked in.
  pace.saw({ rows: 5_000, first: 1, oldest: 0 }, 0);
  expect(pace.holdOff()).toBeUndefined();
  pace.saw({ rows: 9_000, first: 1_001, oldest: 0 }, 1_000);
  expect(pace.holdOff()).toBeUndefined();
  pace.saw({ rows: 20_000, first: 2_001, oldest: 0 }, 2_000);
  expect(pace.holdOff()).toBe(15);
  pace.saw({ rows: 6_000, first: 16_001, oldest: 0 }, 16_000);
  expect(pace.holdOff()).toBeUndefined();
  // However few they seem to take, what has lain for so long says that the engine stands still.
  age = 30;
  expect(pace.holdOff()).toBe(1);
  pace.saw(nothing, 17_000);
  expect(pace.holdOff()).toBeUndefined();
});

test('few requests hold nobody off, though nobody works them in: they are no reason to send more elsewhere', () => {
  const pace = new IntakePace({ behind: 10, atLeast: 100 }, () => 60);
  pace.saw({ rows: 99, first: 1, oldest: 0 }, 0);
  expect(pace.holdOff()).toBeUndefined();
  // Of requests that hold many calls it takes fewer.
  for (let i = 0; i < 1_000; i++) pace.accepted(10, 20);
  expect(pace.holdOff()).toBeGreaterThan(0);
});
