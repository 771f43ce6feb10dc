import type { Identity } from '../../plugin/customer.ts';
import type { Json, JsonObject } from '../../plugin/json.ts';
import type { Keys } from '../../plugin/identity/keys.ts';
import { likenessOf } from '../../plugin/likeness/index.ts';
import type { Transaction } from '../../store/database.ts';
import { findCustomers } from '../find-customers.ts';
import { readKeys } from './policy.ts';

export type Agreement = 'agrees' | 'similar' | 'differs' | 'one';

/** One of two who may be one. */
export interface ProposalSide {
  id: number;
  createdAt: number;
  traits: JsonObject;
  identities: Identity[];
  events: number;
  /** How many loops it is in. */
  live: number;
}

/** Two who may be one, side by side. */
export interface ShownProposal {
  customer: ProposalSide;
  other: ProposalSide;
  score: number;
  why: string;
  at: number;
  /** Traits that one of them has, and how far they agree: what agrees first. */
  fields: { trait: string; agreement: Agreement }[];
}

export interface ProposalPage {
  total: number;
  proposals: ShownProposal[];
  next: string | null;
}

export interface DecidedProposal {
  customer: number;
  other: number;
  score: number;
  why: string;
  state: 'merged' | 'apart';
  decidedAt: number;
  decidedBy: string;
}

interface Row {
  customer: number;
  other: number;
  score: number;
  why: string;
  at: number;
}

/** Open proposals, the most certain first; `after` is the `next` of the page before. */
export async function showProposals(
  tx: Transaction,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<ProposalPage> {
  const [score = 2, customer = 0, other = 0] = after?.split('-').map(Number) ?? [];
  const rows = await tx.all<Row>(
    `SELECT customer, other, score, why, at FROM merge_proposal
     WHERE state = 'open' AND (score < ? OR (score = ? AND (customer, other) > (?, ?)))
     ORDER BY score DESC, customer, other LIMIT ?`,
    [score, score, customer, other, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const sides = await sidesOf(tx, [...new Set(shown.flatMap((row) => [row.customer, row.other]))]);
  const keys = await readKeys(tx);
  const last = shown.at(-1);
  const count = await tx.first<{ count: number }>("SELECT count(*) AS count FROM merge_proposal WHERE state = 'open'");
  return {
    total: Number(count?.count ?? 0),
    proposals: shown.flatMap((row) => {
      const [a, b] = [sides.get(row.customer), sides.get(row.other)];
      if (!a || !b) return [];
      return [{ customer: a, other: b, score: row.score, why: row.why, at: row.at, fields: agreement(a, b, keys) }];
    }),
    next: rows.length > limit && last ? `${last.score}-${last.customer}-${last.other}` : null,
  };
}

/** What has been decided, the latest first. */
export async function decidedProposals(tx: Transaction, limit: number): Promise<DecidedProposal[]> {
  return tx.all<DecidedProposal>(
    `SELECT customer, other, score, why, state, decided_at AS "decidedAt", coalesce(decided_by, '') AS "decidedBy"
     FROM merge_proposal WHERE state IN ('merged', 'apart') AND decided_at IS NOT NULL ORDER BY decided_at DESC, customer, other LIMIT ?`,
    [limit],
  );
}

async function sidesOf(tx: Transaction, ids: readonly number[]): Promise<Map<number, ProposalSide>> {
  const list = JSON.stringify(ids);
  const those = `(SELECT value FROM ${tx.dialect.list('int')} AS wanted)`;
  const rows = await tx.all<{ id: number; createdAt: number; events: number; live: number }>(
    `SELECT c.id, c.created_at AS "createdAt", (SELECT count(*) FROM event e WHERE e.customer = c.id) AS events,
       (SELECT count(*) FROM enrollment e WHERE e.customer = c.id AND e.ended_at IS NULL) AS live
     FROM customer c WHERE c.id IN ${those} AND c.merged_into IS NULL`,
    [list],
  );
  const known = new Map((await findCustomers(tx, ids)).map((customer) => [customer.id, customer]));
  return new Map(
    rows.flatMap(({ id, createdAt, events, live }) => {
      const customer = known.get(id);
      if (!customer) return [];
      const { traits, identities } = customer;
      return [
        [
          id,
          {
            id,
            createdAt,
            traits: { ...traits },
            identities: [...identities],
            events: Number(events),
            live: Number(live),
          },
        ],
      ];
    }),
  );
}

const order: Record<Agreement, number> = { agrees: 0, similar: 1, differs: 2, one: 3 };

function agreement(a: ProposalSide, b: ProposalSide, keys: Keys): ShownProposal['fields'] {
  const names = [...new Set([...Object.keys(a.traits), ...Object.keys(b.traits)])];
  return names
    .map((trait) => ({ trait, agreement: compareTraits(trait, a.traits[trait], b.traits[trait], keys) }))
    .sort((x, y) => order[x.agreement] - order[y.agreement] || (x.trait < y.trait ? -1 : 1));
}

function compareTraits(trait: string, a: Json | undefined, b: Json | undefined, keys: Keys): Agreement {
  if (a === undefined || b === undefined) return 'one';
  if (typeof a !== 'string' || typeof b !== 'string')
    return JSON.stringify(a) === JSON.stringify(b) ? 'agrees' : 'differs';
  const form = keys.normal(trait, a);
  if (form !== undefined && form === keys.normal(trait, b)) return 'agrees';
  const likeness = likenessOf(a, b);
  return likeness === 1 ? 'agrees' : likeness >= 0.85 ? 'similar' : 'differs';
}
