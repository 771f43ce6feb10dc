import type { Rule, RuleGroup } from '../../packages/engine/src/rule/index.ts';
import type { Transaction } from '../../packages/engine/src/store/index.ts';
import { baseNow } from './base.ts';

const day = 86_400_000;
const of = (...rules: (Rule | RuleGroup)[]): RuleGroup => ({ combinator: 'and', rules });
const within = (field: string, value: string): Rule => ({ field, operator: 'within', value });
const some = { mode: 'some' as const };
const last90 = of(within('time', 'P90D'));

export const threeOrders: Rule = {
  field: 'order',
  operator: '=',
  match: { mode: 'atLeast', threshold: 3 },
  value: last90,
};
export const threeCountries: Rule = { field: 'country', operator: 'in', value: ['DE', 'FR', 'GB'] };
export const consenting: Rule = { field: '$consent.email.offers', operator: '=', value: true };

/** The rule that is measured beside the best statements by hand. */
export const segmentRule = of(threeOrders, threeCountries, consenting);

const pro: Rule = { field: 'plan', operator: '=', value: 'pro' };
const measured = (
  name: NonNullable<Rule['measure']>['function'],
  property: string,
  operator: string,
  value: unknown,
): Rule => ({
  field: 'order',
  operator,
  value,
  measure: { function: name, property, where: last90 },
});

/** Every kind of rule once, each asked of the whole base. */
export const kinds: Readonly<Record<string, RuleGroup>> = {
  trait: of(threeCountries),
  consent: of(consenting),
  someEvent: of({ field: 'order', operator: '=', match: some, value: last90 }),
  noEvent: of({ field: 'order', operator: '=', match: { mode: 'none' }, value: last90 }),
  eventProperty: of({
    field: 'order',
    operator: '=',
    match: some,
    value: of({ field: 'total', operator: '>', value: 20_000 }),
  }),
  count: of(measured('count', 'total', 'in', [2, 4])),
  sum: of(measured('sum', 'total', '>', 50_000)),
  average: of(measured('average', 'total', '>', 15_000)),
  min: of(measured('min', 'total', '<', 1_000)),
  max: of(measured('max', 'total', '>', 20_000)),
  first: of(measured('first', 'items', '=', 5)),
  last: of(measured('last', 'items', '=', 5)),
  notSince: of({
    field: 'order',
    operator: 'notWithin',
    value: 'P90D',
    measure: { function: 'last', property: 'time' },
  }),
  changed: of({
    field: '$changed.plan',
    operator: '=',
    match: some,
    value: of(within('time', 'P90D'), { field: 'to', operator: '=', value: 'pro' }),
  }),
  group: of({
    field: '$group.household',
    operator: '=',
    match: some,
    value: of({ field: 'size', operator: '>', value: 2 }),
  }),
  related: of({ field: '$related.household', operator: '=', match: some, value: of(pro) }),
  relatedConsent: of({ field: '$related.household', operator: '=', match: some, value: of(pro, consenting) }),
  list: of({ field: '$list.fair', operator: '=', value: true }),
  share: of({ field: '$share.pilot', operator: '<', value: 10 }),
};

/** What the base has not: households of two or three, a change of the plan for one in three, and a list of one in twenty. */
export async function addKinds(tx: Transaction, customers: number): Promise<void> {
  const all = 'WITH RECURSIVE one (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM one WHERE id < ?)';
  await tx.run(
    `${all} INSERT INTO customer_group (ref, kind, key, traits, created_at, updated_at)
     SELECT id, 'household', 'h' || id, jsonb_object('size', 2 + id % 2), 0, 0 FROM one`,
    [Math.ceil((customers * 2) / 5)],
  );
  await tx.run(
    `INSERT INTO relationship (customer, kind, customer_group, from_at, to_at, source)
     SELECT id, 'household', 1 + id * 2 / 5, ?, NULL, 'bench' FROM customer`,
    [baseNow - 400 * day],
  );
  await tx.run(
    `INSERT INTO trait_change (customer, at, seq, source, before, after)
     SELECT id, ? - (id * 7919 % 400) * ?, 0, 'bench', '{"plan":"basic"}',
       CASE id % 2 WHEN 0 THEN '{"plan":"pro"}' ELSE '{"plan":"plus"}' END FROM customer WHERE id % 3 = 0`,
    [baseNow, day],
  );
  await tx.run("INSERT INTO static_list (ref, id, name, created_at, updated_at) VALUES (1, 'fair', 'Fair', 0, 0)");
  await tx.run(
    "INSERT INTO list_member (customer, list, added_at, source) SELECT id, 1, 0, 'bench' FROM customer WHERE id % 20 = 0",
  );
  await tx.run('ANALYZE');
}
