import type { JsonObject } from '../../plugin/json.ts';
import type { Transaction } from '../../store/database.ts';
import { lockCustomers } from '../../store/lock-customers.ts';
import type { MovedEnrollments } from '../../store/move-enrollments.ts';
import { changeTraits } from '../change-traits.ts';
import { addIdentities } from '../add-identities.ts';
import { keepApart } from '../identity/proposals.ts';
import { MergeError } from '../merge-customers.ts';
import { wordsChanged } from '../search-words.ts';
import { UnknownCustomerError } from '../survivors.ts';
import { readTraits, writeTraits } from '../write-traits.ts';
import { giveBackRows } from './give-back-rows.ts';
import type { Moved } from './moved.ts';

/** What a merge that is undone has given back, and in words what it could not. */
export interface Unmerged {
  customer: number;
  /** Who it was part of. */
  from: number;
  given: {
    identities: number;
    events: number;
    consents: number;
    relationships: number;
    lists: number;
    traits: number;
    enrollments: number;
  };
  left: string[];
}

/**
 * Makes two of one again: the customer gets back what came over with it, as far as it is still there, and is told apart from
 * the other from now on. What has happened since stays with the one who was left.
 */
export async function unmergeCustomer(
  tx: Transaction,
  customer: number,
  {
    actor,
    now,
    enrollments,
  }: {
    actor: string;
    now: number;
    /** Gives the enrollments back, which are the runner's. */
    enrollments: (
      tx: Transaction,
      back: { customer: number; from: number; moved: MovedEnrollments },
    ) => Promise<{ given: number; left: number }>;
  },
): Promise<Unmerged> {
  const { from, at, moved } = await mergeOf(tx, customer);
  await lockCustomers(tx, [customer, from]);
  await wordsChanged(tx, [customer, from]);
  await tx.run('UPDATE customer SET merged_into = NULL, updated_at = ? WHERE id = ?', [now, customer]);
  await tx.run('UPDATE customer SET updated_at = ? WHERE id = ?', [now, from]);
  const left: string[] = [];
  const tell = (what: string, wanted: number, given: number): number => {
    const missing = wanted - given;
    if (missing > 0) left.push(`${missing} of ${wanted} ${what}`);
    return given;
  };
  const identities = await giveBackIdentities(tx, customer, from, moved);
  const rows = await giveBackRows(tx, customer, from, moved);
  const traits = await takeTraitsBack(tx, from, moved.traits, now);
  const back = await enrollments(tx, { customer, from, moved: moved.enrollments });
  const given: Unmerged['given'] = {
    identities: tell('identities, which are somebody else’s by now', moved.identities.length, identities),
    events: tell('events, which are not kept any more', moved.events.length + moved.doubled.length, rows.events),
    consents: rows.consents,
    relationships: rows.relationships,
    lists: tell('places on lists, which are gone', moved.lists.length, rows.lists),
    traits: tell('traits, which have changed since and stay', Object.keys(moved.traits).length, traits),
    enrollments: tell('enrollments, which have a message on its way or are gone', back.given + back.left, back.given),
  };
  // What went over is where it belongs: no copy of it is kept.
  await tx.run('UPDATE merge SET undone_at = ?, moved = NULL WHERE customer = ? AND at = ?', [now, customer, at]);
  await keepApart(tx, customer, from, { actor, now, why: 'a merge of the two was undone' });
  return { customer, from, given, left };
}

async function mergeOf(tx: Transaction, customer: number): Promise<{ from: number; at: number; moved: Moved }> {
  const row = await tx.first<{ into: number | null; at: number | null; moved: string | null; beyond: number | null }>(
    `SELECT c.merged_into AS "into", m.at, m.moved, s.merged_into AS beyond FROM customer c
     LEFT JOIN merge m ON m.customer = c.id AND m.undone_at IS NULL AND m.into_customer = c.merged_into
     LEFT JOIN customer s ON s.id = c.merged_into WHERE c.id = ? ORDER BY m.at DESC LIMIT 1`,
    [customer],
  );
  if (!row) throw new UnknownCustomerError(`expected a customer, got ${customer}, not in the customer base`);
  const { into, at, moved, beyond } = row;
  if (into === null) throw new MergeError(`customer ${customer} is part of nobody: there is no merge to undo`);
  if (beyond !== null)
    throw new MergeError(
      `customer ${customer} became part of ${into}, and ${into} of ${beyond}: undo the merge of ${into} first`,
    );
  if (at === null || moved === null)
    throw new MergeError(
      `what came to customer ${into} with ${customer} is not kept any more: the merge cannot be undone`,
    );
  return { from: into, at, moved: JSON.parse(moved) as Moved };
}

async function giveBackIdentities(tx: Transaction, customer: number, from: number, moved: Moved): Promise<number> {
  let given = 0;
  const pair = tx.dialect.rows(['text', 'text']);
  if (moved.identities.length > 0)
    given = await tx.run(
      `UPDATE identity SET customer = ? FROM ${pair} r WHERE identity.kind = r.c0 AND identity.value = r.c1 AND identity.customer = ?`,
      [customer, JSON.stringify(moved.identities), from],
    );
  if (given < moved.identities.length) {
    // One that the survivor has lost since is nobody's, unless somebody else has it.
    const before = await countIdentities(tx, customer);
    await addIdentities(
      tx,
      moved.identities.map(([kind, value]) => ({ kind, value, customer })),
    );
    given += (await countIdentities(tx, customer)) - before;
  }
  if (moved.optIns.length > 0)
    await tx.run(
      `UPDATE opt_in SET customer = ? WHERE customer = ? AND digest IN (SELECT value FROM ${tx.dialect.list('text')} l)`,
      [customer, from, JSON.stringify(moved.optIns)],
    );
  return given;
}

const countIdentities = async (tx: Transaction, customer: number): Promise<number> =>
  Number(
    (await tx.first<{ count: number }>('SELECT count(*) AS count FROM identity WHERE customer = ?', [customer]))?.count,
  );

/** Traits that came with the merge and have not changed since go with it; how many. */
async function takeTraitsBack(tx: Transaction, from: number, gained: JsonObject, now: number): Promise<number> {
  const names = Object.keys(gained);
  if (names.length === 0) return 0;
  const current = JSON.parse((await readTraits(tx, [from])).get(from) ?? '{}') as JsonObject;
  const same = names.filter(
    (name) =>
      Object.hasOwn(current, name) &&
      changeTraits(current, Object.fromEntries([[name, gained[name] ?? null]])) === undefined,
  );
  const change = changeTraits(current, Object.fromEntries(same.map((name) => [name, null])));
  if (change) await writeTraits(tx, [{ customer: from, ...change }], { now, source: 'unmerge' });
  return same.length;
}
