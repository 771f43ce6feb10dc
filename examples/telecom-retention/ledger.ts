import type { JsonObject } from '@osicam/engine/plugin';
import { directoryOf } from './directory.ts';
import type { TelecomBase } from './generate.ts';
import type { Person } from './person.ts';
import { type Arm, ARMS, MAILS, planOf } from './planned-treatment.ts';
import { type Expectation, type Exposure, expectation, TREATMENTS, type Treatment } from './response-model.ts';
import { type Contact, treatmentOf } from './timeline.ts';

/** A contact; of a webhook also the turn of the loop that it says it belongs to. */
export type TurnContact = Contact & { readonly turn?: number };

/** Who was exposed in which turn, and what then reached them: what the truth about a turn is told from. */
export type Ledger = {
  note(contact: TurnContact): void;
  truth(turn: number): JsonObject;
};

/**
 * A webhook to billing exposes its customer; a mail or a call belongs to the turn of that customer's latest webhook. The
 * truth of an arm is over all who were exposed, held out or not: they were parted by lot, so it is what the arm's own
 * customers are an unbiased sample of. Whoever no channel may reach counts with no effect, as the loop counts them too.
 */
export function createLedger(base: TelecomBase): Ledger {
  const directory = directoryOf(base);
  const plan = planOf(base);
  const turns = new Map<number, Map<Person, Treatment | 'none'>>();
  const latest = new Map<Person, number>();

  return {
    note(contact) {
      const { customerKey = '', address } = contact;
      const person = directory.find(customerKey) ?? directory.find(address);
      if (!person) return;
      if (contact.channel === 'webhook') {
        const turn = contact.turn ?? 1;
        latest.set(person, turn);
        const exposed = turns.get(turn) ?? new Map<Person, Treatment | 'none'>();
        turns.set(turn, exposed);
        if (!exposed.has(person)) exposed.set(person, 'none');
        return;
      }
      const treatment = treatmentOf(contact);
      const turn = latest.get(person);
      if (treatment && turn !== undefined) turns.get(turn)?.set(person, treatment);
    },

    truth(turn) {
      const exposed = turns.get(turn) ?? new Map<Person, Treatment | 'none'>();
      const given = [...exposed.values()];
      const count = (treatment: Treatment | 'none') => given.filter((each) => each === treatment).length;
      const people = [...exposed.keys()];
      const arms: { port: Arm; expected: Expectation }[] = [];
      for (const port of ARMS) {
        const exposures: Exposure[] = [];
        for (const person of people) exposures.push({ person, treatment: plan(person, port) });
        arms.push({ port, expected: expectation(exposures) });
      }
      const mails = ARMS.map((port) => count(MAILS[port]));
      const written = mails.reduce((sum, each) => sum + each, 0);
      const share = mails.map((each) => (written > 0 ? each / written : 1 / ARMS.length));
      const treated = (of: (expected: Expectation) => number) =>
        arms.reduce((sum, { expected }, index) => sum + share[index]! * of(expected), 0);
      const strays = [...exposed].filter(
        ([person, treatment]) => treatment !== 'none' && !ARMS.some((arm) => plan(person, arm) === treatment),
      );
      return {
        exposed: exposed.size,
        contacts: Object.fromEntries([...TREATMENTS, 'none' as const].map((each) => [each, count(each)])),
        // Above zero only if the loop that ran treats people otherwise than the one in loop.json.
        unplanned: strays.length,
        control: round(arms[0]!.expected.control),
        treated: {
          uplift: round(treated(({ uplift }) => uplift)),
          valuePerCustomer: Math.round(treated(valueAdded)),
        },
        arms: arms.map(({ port, expected }) => ({
          port,
          uplift: round(expected.uplift),
          valuePerCustomer: Math.round(valueAdded(expected)),
        })),
      };
    },
  };
}

const valueAdded = ({ treatedValueMinor, controlValueMinor }: Expectation): number =>
  treatedValueMinor - controlValueMinor;

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
