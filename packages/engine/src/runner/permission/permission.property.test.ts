import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signLink } from '../../customers/permission/link-token.ts';
import { source, z } from '../../plugin/index.ts';
import { drawLoop } from '../draw-loop.ts';
import { permissionOffice, secret } from './test-permission.ts';

const hour = 3_600_000;
const expires = 7 * 24 * hour;
const purposes = ['news', 'offers', 'tips', 'free'] as const;
const needs = ['given', 'notRefused', 'notNeeded'] as const;
type Purpose = (typeof purposes)[number];
type Need = (typeof needs)[number];

const declared = {
  optIn: { mails: 20 },
  purposes: [
    { id: 'news', label: 'News', doubleOptIn: true },
    { id: 'offers', label: 'Offers' },
    { id: 'tips', label: 'Tips', basis: 'legitimateInterest' },
  ],
};

/** Whoever is told to, as often as they are. */
const again = source({
  type: 't/again',
  stage: 'collect',
  title: 'Again',
  description: 'For tests.',
  settings: z.object({}),
  entry: () => ({ on: 'records', again: 'always' }),
});

const who = fc.constantFrom(1, 2);
const purpose = fc.constantFrom(...purposes);
const deeds = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('tell'), who, purpose, granted: fc.boolean(), proof: fc.boolean() }),
    fc.record({ do: fc.constant('ask'), who, purpose: fc.constantFrom('news', 'offers') }),
    fc.record({ do: fc.constant('confirm'), which: fc.nat(3) }),
    fc.record({ do: fc.constant('unsubscribe'), who, purpose }),
    fc.record({ do: fc.constant('suppress'), who }),
    fc.record({ do: fc.constant('unsuppress'), who }),
    fc.record({ do: fc.constant('complain'), who }),
    fc.record({ do: fc.constant('queue'), who, purpose, need: fc.constantFrom(...needs) }),
    fc.record({ do: fc.constant('deliver') }),
    fc.record({ do: fc.constant('wait'), hours: fc.constantFrom(1, 24, 24 * 6) }),
  ) as fc.Arbitrary<Deed>,
  { minLength: 5, maxLength: 30 },
);
type Deed =
  | { do: 'tell'; who: number; purpose: Purpose; granted: boolean; proof: boolean }
  | { do: 'ask' | 'unsubscribe'; who: number; purpose: Purpose }
  | { do: 'confirm'; which: number }
  | { do: 'suppress' | 'unsuppress' | 'complain'; who: number }
  | { do: 'queue'; who: number; purpose: Purpose; need: Need }
  | { do: 'deliver' }
  | { do: 'wait'; hours: number };

/** What stands, as a person would keep it in mind: who has said what, which links still work, whose address is closed. */
class Memory {
  readonly #said = new Map<string, boolean>();
  readonly #closed = new Set<number>();
  readonly links: { secret: string; who: number; purpose: Purpose; until: number; isOpen: boolean }[] = [];

  say(customer: number, of: Purpose, granted: boolean): void {
    this.#said.set(`${customer} ${of}`, granted);
    if (!granted) for (const link of this.links) if (link.who === customer && link.purpose === of) link.isOpen = false;
  }

  agreed(customer: number): Purpose[] {
    return purposes.filter((of) => this.#said.get(`${customer} ${of}`) === true);
  }

  close(customer: number, closed: boolean): void {
    if (closed) this.#closed.add(customer);
    else this.#closed.delete(customer);
  }

  isClosed(customer: number): boolean {
    return this.#closed.has(customer);
  }

  may(customer: number, of: Purpose, need: Need): boolean {
    if (this.#closed.has(customer)) return false;
    const said = this.#said.get(`${customer} ${of}`);
    if (of === 'news' || of === 'offers' || need === 'given') return said === true;
    return of === 'tips' || need === 'notRefused' ? said !== false : true;
  }
}

test('whatever people agree to, confirm, refuse and complain of in whatever order, what goes out is what stands', async () => {
  await fc.assert(
    fc.asyncProperty(deeds, async (all) => {
      const office = await permissionOffice(declared, {}, undefined, [again]);
      const { engine, db, desk, clock, people, mails, lastSecret } = office;
      await people([
        { name: 'Ann', email: 'c1' },
        { name: 'Ben', email: 'c2' },
      ]);
      const memory = new Memory();
      for (const of of purposes)
        for (const need of needs)
          await engine.publish(
            drawLoop(
              `${of}-${need}`,
              { in: ['t/again'], post: ['t/mail', { purpose: of, consent: need }], end: ['t/end'] },
              'in.entered -> post\npost.sent -> end\npost.failed -> end\npost.suppressed -> end',
            ),
          );
      const looked = new Set<string>();
      const deliver = async () => {
        while ((await engine.work()) > 0);
        await engine.deliver();
        const ledger = await db.read((tx) =>
          tx.all<{ id: string; customer: number; loop: string; status: string }>(
            `SELECT m.customer || ' ' || m.n || ' ' || m.step AS id, m.customer, v.loop, m.status FROM message m
             JOIN loop_node n ON n.ref = m.node JOIN loop_version v ON v.id = n.version WHERE m.status <> 'queued'`,
          ),
        );
        for (const { id, customer, loop, status } of ledger) {
          if (looked.has(id)) continue;
          looked.add(id);
          const [of, need] = loop.split('-') as [Purpose, Need];
          expect([customer, loop, status]).toEqual([
            customer,
            loop,
            memory.may(customer, of, need) ? 'sent' : 'suppressed',
          ]);
        }
      };
      const tell = (deed: Deed & { do: 'tell' }) =>
        engine.ingest(
          [
            {
              identities: [{ kind: 'key', value: `c${deed.who}` }],
              traits: {},
              consents: [
                {
                  channel: 'email',
                  purpose: deed.purpose,
                  granted: deed.granted,
                  source: 'form',
                  ...(deed.proof ? { proof: 'paper' } : {}),
                },
              ],
            },
          ],
          'form',
        );
      const act = {
        tell: async (deed: Deed & { do: 'tell' }) => {
          await tell(deed);
          if (!deed.granted || deed.proof || deed.purpose !== 'news') memory.say(deed.who, deed.purpose, deed.granted);
        },
        ask: async (deed: Deed & { do: 'ask' | 'unsubscribe' }) => {
          const sent = mails.length;
          const answer = await desk.ask({
            address: `c${deed.who}`,
            purposes: [deed.purpose],
            customer: deed.who,
            source: 'form',
          });
          expect(answer === 'suppressed').toBe(memory.isClosed(deed.who));
          await desk.sendOptIns();
          if (mails.length > sent)
            memory.links.push({ ...deed, secret: lastSecret(), until: clock.now() + expires, isOpen: true });
        },
        confirm: async ({ which }: Deed & { do: 'confirm' }) => {
          const link = memory.links[which];
          if (!link) return;
          const works = link.isOpen && clock.now() < link.until;
          link.isOpen = false;
          await desk.confirm(link.secret, undefined);
          if (works) memory.say(link.who, link.purpose, true);
        },
        unsubscribe: async (deed: Deed & { do: 'ask' | 'unsubscribe' }) => {
          const claim = { customer: deed.who, channel: 'email', purpose: deed.purpose, node: 1 };
          await desk.unsubscribe(signLink(secret, claim), { by: 'one-click' });
          memory.say(deed.who, deed.purpose, false);
        },
        suppress: async (deed: Deed & { do: 'suppress' | 'unsuppress' | 'complain' }) => {
          await desk.suppress('email', [`C${deed.who}`], 'a');
          memory.close(deed.who, true);
        },
        unsuppress: async (deed: Deed & { do: 'suppress' | 'unsuppress' | 'complain' }) => {
          const found = await desk.suppressed('email', `c${deed.who}`);
          if (found) await desk.unsuppress(found, 'a');
          memory.close(deed.who, false);
        },
        complain: async (deed: Deed & { do: 'suppress' | 'unsuppress' | 'complain' }) => {
          await desk.report(
            [
              {
                kind: 'complaint',
                type: 'abuse',
                address: undefined,
                token: signLink(secret, { customer: deed.who, channel: 'email', purpose: 'free', node: 1 }),
              },
            ],
            `${looked.size} ${clock.now()} ${deed.who}`,
          );
        },
        queue: async (deed: Deed & { do: 'queue' }) => {
          const version = engine.newest(`${deed.purpose}-${deed.need}`);
          if (version) await engine.enter(version, [deed.who]);
          while ((await engine.work()) > 0);
        },
        deliver,
        wait: async ({ hours }: Deed & { do: 'wait' }) => clock.advanceTo(clock.now() + hours * hour),
      } as unknown as Record<Deed['do'], (deed: Deed) => Promise<void>>;
      for (const deed of all) {
        clock.advanceTo(clock.now() + 1);
        await act[deed.do](deed);
        if (deed.do === 'complain') {
          for (const of of memory.agreed(deed.who)) memory.say(deed.who, of, false);
          memory.close(deed.who, true);
        }
      }
      // In the end everybody is to be sent everything, so that nothing that was said went unnoticed.
      for (const of of purposes)
        for (const need of needs) {
          const version = engine.newest(`${of}-${need}`);
          if (version) await engine.enter(version, [1, 2]);
        }
      await deliver();
      await db.close();
    }),
    { numRuns: 60 },
  );
}, 120_000);
