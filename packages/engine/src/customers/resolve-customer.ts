import type { Identity } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import { addIdentities } from './add-identities.ts';
import type { Match } from './match-identities.ts';
import { Matcher } from './match-identities.ts';

export type Resolved = Match;

/**
 * Who these identities are, a list of them for each party. The first that is known decides, in the order given; the others
 * become the customer's too unless they are somebody else's. Who is unknown by all of them is created.
 */
export async function resolveCustomers(
  tx: Transaction,
  parties: readonly (readonly Identity[])[],
  { now }: { now: number },
): Promise<Resolved[]> {
  const all = parties.flat();
  const starts = [0];
  for (const identities of parties) starts.push((starts.at(-1) as number) + identities.length);
  const matcher = await Matcher.over(tx, {
    kinds: all.map(({ kind }) => kind),
    values: all.map(({ value }) => value),
    starts,
  });
  const resolved = parties.map((_, party) => matcher.match(party));
  await insertCustomers(
    tx,
    resolved.flatMap(({ created, customer }) => (created && customer ? [{ id: customer, traits: '{}' }] : [])),
    now,
  );
  await addIdentities(tx, matcher.gained);
  return resolved;
}

export async function resolveCustomer(
  tx: Transaction,
  identities: readonly Identity[],
  options: { now: number },
): Promise<Resolved> {
  const [resolved] = await resolveCustomers(tx, [identities], options);
  return resolved as Resolved;
}

/** New customers in ascending order of id, their traits as JSON text. */
export async function insertCustomers(
  tx: Transaction,
  customers: readonly { id: number; traits: string }[],
  now: number,
): Promise<void> {
  const last = customers.at(-1);
  if (!customers[0] || !last) return;
  if (last.id !== customers[0].id + customers.length - 1) throw new Error('new customers need ids without a gap');
  // One statement over a JSON array takes half the time of a statement a row; a thousand at once keep its text small.
  for (let from = 0; from < customers.length; from += 1000) {
    const some = customers.slice(from, from + 1000);
    await tx.run(
      `INSERT INTO customer (id, created_at, updated_at, traits)
       SELECT CAST(? AS BIGINT) + one.i, CAST(? AS BIGINT), CAST(? AS BIGINT), ${tx.dialect.toJson('one.value')}
       FROM ${tx.dialect.numbered()} AS one`,
      [(some[0] as { id: number }).id, now, now, `[${some.map((customer) => customer.traits).join(',')}]`],
    );
  }
}
