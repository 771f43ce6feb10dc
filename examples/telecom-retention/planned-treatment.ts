import type { TelecomBase } from './generate.ts';
import type { Person } from './person.ts';
import { isValuable, type Treatment } from './response-model.ts';
import { normalizeEmail, normalizePhone } from './spelling.ts';

/** The two ways of treating a customer that the loop's experiment compares. */
export const ARMS = ['offer', 'service'] as const;
export type Arm = (typeof ARMS)[number];

/** The mail of each arm. */
export const MAILS: Readonly<Record<Arm, Treatment>> = { offer: 'email:offer', service: 'email:service' };

export type Plan = (person: Person, arm: Arm) => Treatment | 'none';

/**
 * What the loop in `loop.json` does to a person in an arm: a call for the valuable, else the arm's mail; nothing to whom
 * has refused that channel, or whom no file gives an address for it. Told from the sources alone, as the operator knows
 * its customers once they are deduplicated, so that it says the same whoever was held out.
 */
export function planOf(base: TelecomBase): Plan {
  const reach = base.persons.map(() => ({ email: false, phone: false, refusesEmail: false, refusesPhone: false }));
  for (const { rows } of Object.values(base.sources)) {
    for (const { person: index, cells } of rows) {
      const person = base.persons[index]!;
      // A row that is only known by a key that was given up stays a customer of its own: what it says reaches nobody.
      if (cells.caller_id && person.caller?.staysUnderOldPhone) continue;
      if (cells.subject_id && person.subject?.staysUnderOldEmail) continue;
      const known = reach[index]!;
      known.email ||= normalizeEmail(cells.email ?? '') !== undefined;
      known.phone ||= normalizePhone(cells.phone ?? '') !== undefined;
      known.refusesEmail ||= cells.consent_email === 'no';
      known.refusesPhone ||= cells.consent_phone === 'no';
    }
  }
  const reachOf = new Map(base.persons.map((person, index) => [person.id, reach[index]!]));
  return (person, arm) => {
    const { email, phone, refusesEmail, refusesPhone } = reachOf.get(person.id)!;
    if (isValuable(person)) return phone && !refusesPhone ? 'call' : 'none';
    return email && !refusesEmail ? MAILS[arm] : 'none';
  };
}
