import { expect, test } from 'vitest';
import { expectedUplift, generate, isAtRisk, isSleepingDog, isValuable, respond, TREATMENTS, truth } from './index.ts';

const base = generate({ seed: 1, now: Date.UTC(2026, 0, 5) });
const atRisk = base.persons.filter(isAtRisk);
const keys = atRisk.map((person) => person.id);

test.each(TREATMENTS)('%s lifts renewal among the at-risk by 8 to 14 points on average', (treatment) => {
  const { persons, control, treated, uplift } = truth(base, keys, treatment);
  expect(persons).toBe(atRisk.length);
  expect(control).toBeGreaterThan(0.55);
  expect(control).toBeLessThan(0.7);
  expect(uplift).toBeGreaterThan(0.08);
  expect(uplift).toBeLessThan(0.14);
  expect(treated).toBeCloseTo(control + uplift, 12);
});

test('the service mail does better on those with tickets, the offer on those with high charges', () => {
  const awake = atRisk.filter((person) => !isSleepingDog(person));
  const mean = (treatment: 'email:offer' | 'email:service', group: typeof awake) =>
    truth(
      base,
      group.map((person) => person.id),
      treatment,
    ).uplift;
  const troubled = awake.filter((person) => (person.caller?.tickets ?? 0) > 0);
  const untroubled = awake.filter((person) => (person.caller?.tickets ?? 0) === 0);
  const dear = awake.filter(isValuable);
  const cheap = awake.filter((person) => person.monthlyChargeMinor < 6_000);
  expect(mean('email:service', troubled)).toBeGreaterThan(mean('email:service', untroubled) + 0.08);
  expect(mean('email:service', troubled)).toBeGreaterThan(mean('email:offer', troubled) + 0.03);
  expect(mean('email:offer', untroubled)).toBeGreaterThan(mean('email:service', untroubled) + 0.03);
  expect(mean('email:offer', dear)).toBeGreaterThan(mean('email:offer', cheap) + 0.05);
});

test('sleeping dogs are few, driven away by any contact and quicker to complain', () => {
  const dogs = atRisk.filter(isSleepingDog);
  expect(dogs.length / atRisk.length).toBeGreaterThan(0.02);
  expect(dogs.length / atRisk.length).toBeLessThan(0.2);
  for (const dog of dogs.slice(0, 200)) {
    const { uplift, complaint } = respond(dog);
    expect(Math.max(...Object.values(uplift))).toBeLessThan(0);
    expect(complaint.call).toBeGreaterThan(0.05);
  }
});

test('every probability is one', () => {
  for (const person of base.persons) {
    const { p0, uplift, complaint } = respond(person);
    for (const treatment of TREATMENTS) {
      for (const p of [p0, p0 + uplift[treatment], complaint[treatment]]) {
        expect(p > 0 && p < 1).toBe(true);
      }
    }
  }
});

test('a mixed population is the mean of its parts, whatever key names its people', () => {
  const [one, other] = [atRisk[0]!, atRisk[1]!];
  const mixed = expectedUplift(base, [
    { key: ` ${one.email.toUpperCase()}`, treatment: 'email:offer' },
    { key: other.phone.replace('+33', '0'), treatment: 'call' },
  ]);
  const expected = (respond(one).uplift['email:offer'] + respond(other).uplift.call) / 2;
  expect(mixed.uplift).toBeCloseTo(expected, 12);
});

test('a key of nobody is an error, not a zero', () => {
  expect(() => truth(base, ['B-0'], 'call')).toThrow(/expected a key of one of the base's 20000 persons, got "B-0"/);
});
