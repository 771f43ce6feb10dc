import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Contact,
  createWorld,
  DECISION_DAYS,
  generate,
  isAtRisk,
  isSleepingDog,
  type Person,
  respond,
  truth,
  type WorldEvent,
} from './index.ts';

const DAY = 86_400_000;
const now = Date.UTC(2026, 0, 5);
const base = generate({ seed: 1, now });
const atRisk = base.persons.filter(isAtRisk);

const webhook = (person: Person, at = now, turn = 1): Contact => ({
  id: `webhook:${person.id}:${turn}`,
  channel: 'webhook',
  address: 'https://billing.example.com/renewals',
  customerKey: person.id,
  at,
});
const email = (person: Person, variant: string, at = now + 1_000, turn = 1): Contact => ({
  id: `email:${person.id}:${turn}`,
  channel: 'email',
  address: person.email,
  variant,
  at,
});
const call = (person: Person, at = now + 1_000, turn = 1): Contact => ({
  id: `call:${person.id}:${turn}`,
  channel: 'call',
  address: person.phone,
  at,
});
const run = (contacts: readonly Contact[], seed = 1): WorldEvent[] => {
  const world = createWorld(base, { seed });
  for (const contact of contacts) world.receive(contact);
  return world.take(Infinity);
};
const renewed = (events: readonly WorldEvent[]) =>
  new Set(events.filter(({ type }) => type === 'contract_renewed').map((event) => event.accountKey!));

test('without a webhook nobody decides, with one they decide within the window', () => {
  const undecided = run(atRisk.map((person) => email(person, 'offer')));
  expect(undecided.filter(({ type }) => type.startsWith('contract_'))).toEqual([]);
  const decided = run(atRisk.map((person) => webhook(person)));
  const days = decided.map(({ time }) => (time - now) / DAY);
  expect(Math.min(...days)).toBeGreaterThanOrEqual(DECISION_DAYS[0]);
  expect(Math.max(...days)).toBeLessThanOrEqual(DECISION_DAYS[1]);
  expect(days.reduce((sum, day) => sum + day, 0) / days.length).toBeCloseTo(7.5, 0);
});

test.each([
  ['nothing', undefined, (person: Person) => [webhook(person)]],
  ['the offer', 'email:offer', (person: Person) => [webhook(person), email(person, 'offer')]],
  ['the service mail', 'email:service', (person: Person) => [webhook(person), email(person, 'service')]],
  ['a call', 'call', (person: Person) => [webhook(person), call(person)]],
] as const)('renewals after %s are as many as the model says, within sampling error', (_, treatment, contacts) => {
  const probabilities = atRisk.map((person) => {
    const { p0, uplift } = respond(person);
    return p0 + (treatment ? uplift[treatment] : 0);
  });
  const expected = probabilities.reduce((sum, p) => sum + p, 0);
  const deviation = Math.sqrt(probabilities.reduce((sum, p) => sum + p * (1 - p), 0));
  for (const seed of [1, 2, 3]) {
    const count = renewed(run(atRisk.flatMap(contacts), seed)).size;
    expect(Math.abs(count - expected) / deviation).toBeLessThan(3.5);
  }
});

test('complaints are as many as the model says, and more among sleeping dogs', () => {
  const complaints = run(atRisk.map((person) => call(person))).filter(({ type }) => type === 'complaint_opened');
  const expected = atRisk.reduce((sum, person) => sum + respond(person).complaint.call, 0);
  expect(Math.abs(complaints.length - expected) / Math.sqrt(expected)).toBeLessThan(3.5);
  const dogs = new Set(atRisk.filter(isSleepingDog).map((person) => person.phone));
  const fromDogs = complaints.filter(({ phone }) => dogs.has(phone!)).length;
  expect(fromDogs / dogs.size).toBeGreaterThan((complaints.length - fromDogs) / (atRisk.length - dogs.size));
});

test('an experiment with a holdout measures the true uplift', () => {
  const treated = atRisk.filter((_, index) => index % 5 !== 0);
  const heldOut = atRisk.filter((_, index) => index % 5 === 0);
  const winners = renewed(
    run([...atRisk.map((person) => webhook(person)), ...treated.map((person) => email(person, 'offer'))]),
  );
  const rate = (group: readonly Person[]) => group.filter((person) => winners.has(person.id)).length / group.length;
  const [p1, p0] = [rate(treated), rate(heldOut)];
  const error = Math.sqrt((p1 * (1 - p1)) / treated.length + (p0 * (1 - p0)) / heldOut.length);
  const { uplift } = truth(
    base,
    atRisk.map((person) => person.id),
    'email:offer',
  );
  expect(Math.abs(p1 - p0 - uplift)).toBeLessThan(1.96 * error);
});

test('the order in which contacts arrive, and arriving twice, change nothing', () => {
  const some = atRisk.slice(0, 40);
  const contacts = some.flatMap((person, index) => [
    webhook(person),
    ...(index % 3 === 0 ? [email(person, 'offer')] : index % 3 === 1 ? [call(person)] : []),
    webhook(person, now + 30 * DAY, 2),
    email(person, 'service', now + 30 * DAY, 2),
  ]);
  const once = run(contacts);
  fc.assert(
    fc.property(fc.shuffledSubarray([...contacts, ...contacts], { minLength: 2 * contacts.length }), (shuffled) => {
      expect(run(shuffled)).toEqual(once);
    }),
    { numRuns: 20, seed: 1 },
  );
});

test('taking in small steps, with a restart in between, gives the answers of one run', () => {
  const contacts = atRisk.slice(0, 300).flatMap((person) => [webhook(person), email(person, 'offer')]);
  const once = run(contacts);
  const first = createWorld(base, { seed: 1 });
  for (const contact of contacts) first.receive(contact);
  const before = first.take(now + 5 * DAY);
  // The new process is told again what had gone out, and asks for everything from the beginning.
  const second = createWorld(base, { seed: 1 });
  for (const contact of contacts.toReversed()) second.receive(contact);
  const after: WorldEvent[] = [];
  for (let due = second.nextDue(); due !== undefined; due = second.nextDue()) after.push(...second.take(due));
  expect(after).toEqual(once);
  expect(before).toEqual(once.slice(0, before.length));
  expect(before.length).toBeGreaterThan(0);
});

test('answers are sorted, given once, and announced by the next due instant', () => {
  const world = createWorld(base, { seed: 1 });
  expect(world.nextDue()).toBeUndefined();
  for (const person of atRisk.slice(0, 200)) world.receive(webhook(person));
  const due = world.nextDue()!;
  expect(world.take(due - 1)).toEqual([]);
  const events = [...world.take(due), ...world.take(Infinity)];
  expect(events[0]!.time).toBe(due);
  expect(events.map(({ time }) => time)).toEqual(events.map(({ time }) => time).sort((a, b) => a - b));
  expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(events.length);
  expect(world.take(Infinity)).toEqual([]);
  expect(world.nextDue()).toBeUndefined();
});

test('a contact that was given before its turn to decide counts, one after the decision does not', () => {
  const group = atRisk.filter((person) => !isSleepingDog(person));
  const held = renewed(run(group.map((person) => webhook(person))));
  const early = renewed(run(group.flatMap((person) => [email(person, 'offer', now - DAY), webhook(person)])));
  const late = renewed(run(group.flatMap((person) => [webhook(person), email(person, 'offer', now + 13 * DAY)])));
  const stale = renewed(run(group.flatMap((person) => [email(person, 'offer', now - 15 * DAY), webhook(person)])));
  expect(late).toEqual(held);
  expect(stale).toEqual(held);
  expect(early.size).toBeGreaterThan(held.size);
  expect([...held].filter((key) => !early.has(key))).toEqual([]);
});

test('a second webhook opens a new window, but neither within the first nor for those who have left', () => {
  const first = run(atRisk.map((person) => webhook(person)));
  const soon = run(atRisk.flatMap((person) => [webhook(person), webhook(person, now + DAY, 2)]));
  expect(soon).toEqual(first);
  const both = run(atRisk.flatMap((person) => [webhook(person), webhook(person, now + 30 * DAY, 2)]));
  const second = both.filter(({ time }) => time >= now + 30 * DAY);
  const left = new Set(first.filter(({ type }) => type === 'contract_cancelled').map(({ accountKey }) => accountKey));
  expect(left.size).toBeGreaterThan(0);
  expect(second.length).toBeGreaterThan(0);
  expect(second.filter(({ accountKey }) => left.has(accountKey))).toEqual([]);
});

test('whoever a contact sways has noticed it before deciding', () => {
  const group = atRisk.slice(0, 2_000);
  const held = renewed(run(group.map((person) => webhook(person))));
  const events = run(group.flatMap((person) => [webhook(person), email(person, 'offer')]));
  const decisions = new Map(
    events.filter(({ type }) => type === 'contract_renewed').map((event) => [event.accountKey, event.time]),
  );
  const opened = new Map(
    events.filter(({ type }) => type === 'email_opened').map((event) => [event.email, event.time]),
  );
  const swayed = group.filter((person) => decisions.has(person.id) && !held.has(person.id));
  expect(swayed.length).toBeGreaterThan(50);
  for (const person of swayed) expect(opened.get(person.email)).toBeLessThan(decisions.get(person.id)!);
});

test('a renewal carries its value in minor units, months and currency; the offer costs a tenth of it', () => {
  const person = atRisk.find((each) => renewed(run([webhook(each)])).has(each.id) && !isSleepingDog(each))!;
  const properties = (contacts: Contact[]) => run(contacts).find(({ type }) => type === 'contract_renewed')!.properties;
  const full = 12 * person.monthlyChargeMinor;
  expect(properties([webhook(person)])).toEqual({ value: full, currency: 'EUR', months: 12 });
  expect(properties([webhook(person), email(person, 'offer')]).value).toBe(Math.round(0.9 * full));
});

test('the world finds a person by whatever key the operator has, and answers under that key', () => {
  const person = base.persons.find((each) => each.secondAccount?.kind === 'enteredTwice' && each.caller)!;
  const world = createWorld(base, { seed: 1 });
  const at = now;
  expect(
    world.receive({ id: '1', channel: 'email', address: ` ${person.email.toUpperCase()} `, variant: 'offer', at }),
  ).toBe('taken');
  expect(world.receive({ id: '1', channel: 'email', address: person.email, variant: 'offer', at })).toBe('repeated');
  expect(world.receive({ id: '2', channel: 'call', address: person.phone.replace('+33', '0033'), at })).toBe('taken');
  expect(world.receive({ id: '3', channel: 'call', address: '', customerKey: person.caller!.callerId, at })).toBe(
    'taken',
  );
  expect(world.receive({ id: '4', channel: 'email', address: 'nobody@example.com', variant: 'offer', at })).toBe(
    'unknown',
  );
  const outcomes = world.take(Infinity).filter(({ type }) => type === 'call_outcome');
  expect(new Set(outcomes.map(({ phone, accountKey }) => phone ?? accountKey))).toEqual(
    new Set([person.phone, person.caller!.callerId]),
  );
});
