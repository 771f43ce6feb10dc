import type { Transaction } from '../../store/database.ts';
import type { Column } from './column.ts';
import { pathRule } from './path-rule.ts';
import { profileOf } from './profile.ts';
import { readColumns } from './read-columns.ts';
import type { Feature, Proposal, ProposedGroup, TypologySettings } from './settings.ts';
import { TypologyError } from './settings.ts';

/** Fifths of recency (5: the latest) and of frequency (5: the most), from and to, of each group. */
const grid: readonly (readonly [
  name: string,
  recency: readonly [number, number],
  frequency: readonly [number, number],
])[] = [
  ['Champions', [5, 5], [4, 5]],
  ['Loyal', [3, 4], [4, 5]],
  ['Potential loyalists', [4, 5], [2, 3]],
  ['New', [5, 5], [1, 1]],
  ['Promising', [4, 4], [1, 1]],
  ['Need attention', [3, 3], [3, 3]],
  ['About to sleep', [3, 3], [1, 2]],
  ['Cannot lose them', [1, 2], [5, 5]],
  ['At risk', [1, 2], [3, 4]],
  ['Hibernating', [1, 2], [1, 2]],
];

export async function proposeRfm(
  tx: Transaction,
  customers: readonly number[],
  { event, property, within }: Extract<TypologySettings, { method: 'rfm' }>,
  now: number,
): Promise<Proposal> {
  const of = { kind: 'events', event, ...(within === undefined ? {} : { within }) } as const;
  const features: Feature[] = [
    { ...of, figure: 'recency' },
    { ...of, figure: 'count' },
    ...(property ? [{ ...of, figure: 'sum', property } as const] : []),
  ];
  const columns = await readColumns(tx, customers, features, now);
  const recency = columns.find(({ label }) => label.startsWith('days since'));
  const frequency = columns.find(({ label }) => label.startsWith(`${event} events`));
  const who = Int32Array.from(customers.keys()).filter(
    (member) => recency !== undefined && !Number.isNaN(recency.values[member]),
  );
  if (!recency || !frequency || who.length < 50)
    throw new TypologyError(
      `expected at least 50 customers with ${event} events that differ in time and number, found ${who.length} among ${customers.length}`,
    );
  const days = cuts(recency, who);
  const times = cuts(frequency, who);
  const groups: ProposedGroup[] = [];
  for (const [name, [worst, best], [fewest, most]] of grid) {
    // The fifth of the latest has the fewest days.
    const from = [bound(days, 5 - best), bound(days, 6 - worst)] as const;
    const often = [bound(times, fewest - 1), bound(times, most)] as const;
    const members = who.filter((member) => lies(recency, from, member) && lies(frequency, often, member));
    if (members.length === 0 || (often[0] !== undefined && often[0] === often[1])) continue;
    // Frequency before recency: whoever never did has no recency, which "not within" lets pass, and no frequency.
    const path = [
      { column: frequency, split: Math.max(1, often[0] ?? 1), below: false },
      ...(often[1] === undefined ? [] : [{ column: frequency, split: often[1], below: true }]),
      ...(from[0] === undefined ? [] : [{ column: recency, split: from[0], below: false }]),
      ...(from[1] === undefined ? [] : [{ column: recency, split: from[1], below: true }]),
    ];
    groups.push({
      name,
      rule: pathRule(path),
      share: members.length / customers.length,
      profile: profileOf(columns, members),
    });
  }
  return { groups, customers: customers.length, fidelity: 1 };
}

/** Where the fifths of a column end: four values, the same ones where many have the same. */
function cuts(column: Column, who: Int32Array): number[] {
  const sorted = Float64Array.from(who, (member) => column.values[member] as number).sort();
  return [1, 2, 3, 4].map((fifth) => column.round(sorted[Math.floor((fifth * sorted.length) / 5)] as number));
}

/** The end of so many fifths; nothing bounds below the first and above the last. */
const bound = (of: readonly number[], fifths: number): number | undefined =>
  fifths === 0 || fifths === 5 ? undefined : of[fifths - 1];

const lies = (
  { values }: Column,
  [from, to]: readonly [number | undefined, number | undefined],
  member: number,
): boolean => {
  const value = values[member] as number;
  return (from === undefined || value >= from) && (to === undefined || value < to);
};
