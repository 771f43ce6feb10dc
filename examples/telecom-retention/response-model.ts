import { clamp, type Person } from './person.ts';

export const TREATMENTS = ['email:offer', 'email:service', 'call'] as const;
export type Treatment = (typeof TREATMENTS)[number];

/** What the operator pays for one contact, in cents. */
export const CONTACT_COST_MINOR: Readonly<Record<Treatment, number>> = {
  'email:offer': 5,
  'email:service': 5,
  call: 650,
};

/** The offer's discount on every month of the renewed contract. */
export const OFFER_DISCOUNT = 0.1;

/** How one person answers; all of it true by definition, none of it in any file. */
export type Response = {
  /** Probability to renew without any contact. */
  readonly p0: number;
  /** By how much a contact changes that probability; below zero for those whom it drives away. */
  readonly uplift: Readonly<Record<Treatment, number>>;
  /** Probability that one such contact brings a complaint. */
  readonly complaint: Readonly<Record<Treatment, number>>;
};

/** The rule of the example's loop, from billing alone, so that no missing file can hide anybody from it. */
export function isAtRisk(person: Person): boolean {
  return person.contract === 'Month-to-month' && (person.tenureMonths <= 12 || person.latePayments >= 2);
}

export function isValuable(person: Person): boolean {
  return person.monthlyChargeMinor >= 9_000;
}

/** Long content, never a ticket, never late: a contact only reminds them that they could leave. */
export function isSleepingDog(person: Person): boolean {
  const quiet = person.tenureMonths >= 24 && person.latePayments === 0 && tickets(person) === 0;
  return quiet || person.dislikesContact;
}

export function respond(person: Person): Response {
  const calls = tickets(person);
  const bound = { 'Month-to-month': 0, 'One year': 1.3, 'Two year': 2.1 }[person.contract];
  const p0 = logistic(
    0.62 +
      bound +
      0.3 * Math.min(person.tenureMonths / 12, 4) -
      (person.internet === 'Fiber optic' ? 0.2 : 0) -
      0.16 * Math.min(person.latePayments, 3) -
      0.12 * Math.min(calls, 4) +
      0.008 * person.usageTrend,
  );
  // A contact sways those who are undecided; who is sure to stay or sure to go is hardly moved.
  const room = 4 * p0 * (1 - p0);
  const dear = clamp((person.monthlyChargeMinor - 3_000) / 7_000, 0, 1);
  const troubled = Math.min(calls, 2) / 2;
  const dog = isSleepingDog(person);
  const effect = (points: number) => clamp(p0 + points * room, 0.01, 0.99) - p0;
  return {
    p0,
    uplift: {
      'email:offer': effect(dog ? -0.06 : 0.06 + 0.11 * dear),
      'email:service': effect(dog ? -0.03 : 0.06 + 0.2 * troubled),
      call: effect(dog ? -0.09 : 0.09 + 0.08 * dear + 0.04 * troubled),
    },
    complaint: dog
      ? { 'email:offer': 0.025, 'email:service': 0.02, call: 0.06 }
      : { 'email:offer': 0.004, 'email:service': 0.003, call: 0.012 },
  };
}

/** What renewing brings in over the new term, in cents. */
export function renewalValueMinor(person: Person, treatment: Treatment | undefined): number {
  const full = person.monthlyChargeMinor * renewalMonths(person);
  return treatment === 'email:offer' ? Math.round(full * (1 - OFFER_DISCOUNT)) : full;
}

export function renewalMonths(person: Person): number {
  return person.contract === 'Two year' ? 24 : 12;
}

/** A person and the treatment he gets, or would get were he not held out; `none` for whom no channel may reach. */
export type Exposure = { readonly person: Person; readonly treatment: Treatment | 'none' };

/** Exact expectations over a list of exposures. */
export type Expectation = {
  readonly persons: number;
  /** Renewal rate if nobody is contacted, and if everybody gets their treatment. */
  readonly control: number;
  readonly treated: number;
  readonly uplift: number;
  /** Mean value of renewals a person in cents, alike. */
  readonly controlValueMinor: number;
  readonly treatedValueMinor: number;
};

export function expectation(exposures: readonly Exposure[]): Expectation {
  let control = 0;
  let treated = 0;
  let controlValue = 0;
  let treatedValue = 0;
  for (const { person, treatment } of exposures) {
    const { p0, uplift } = respond(person);
    const given = treatment === 'none' ? undefined : treatment;
    const p1 = p0 + (given ? uplift[given] : 0);
    control += p0;
    treated += p1;
    controlValue += p0 * renewalValueMinor(person, undefined);
    treatedValue += p1 * renewalValueMinor(person, given);
  }
  const count = Math.max(exposures.length, 1);
  return {
    persons: exposures.length,
    control: control / count,
    treated: treated / count,
    uplift: (treated - control) / count,
    controlValueMinor: controlValue / count,
    treatedValueMinor: treatedValue / count,
  };
}

function tickets(person: Person): number {
  return person.caller?.tickets ?? 0;
}

function logistic(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
