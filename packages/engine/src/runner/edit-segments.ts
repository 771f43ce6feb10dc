import type { Loop } from '../loop/index.ts';
import type { RuleFields, RuleGroup, RuleProblem } from '../rule/index.ts';
import { checkRule, fieldsOf, RuleError, ruleToSql } from '../rule/index.ts';
import type { Transaction } from '../store/index.ts';
import type { Parts } from './parts.ts';
import { watchedBy } from './segments.ts';

/** A named segment as its author writes it. */
export interface SegmentDraft {
  id: string;
  name: string;
  rule: unknown;
  /** The typology that it is a group of. */
  typology?: string;
}

/** A segment that cannot be saved or deleted as it is: what is wrong with its rule, or who uses it. */
export class SegmentError extends Error {
  override name = 'SegmentError';
  readonly kind: 'rule' | 'in-use';
  readonly problems: readonly RuleProblem[];

  constructor(kind: 'rule' | 'in-use', message: string, problems: readonly RuleProblem[] = []) {
    super(message);
    this.kind = kind;
    this.problems = problems;
  }
}

/**
 * Saves a segment, new or changed, if every segment can be asked for with it as it will be. Everybody's membership of it, and of
 * the segments that it is part of, is asked again.
 */
export const saveSegment = (parts: Parts, draft: SegmentDraft): Promise<void> =>
  parts.db.write((tx) => putSegment(parts, tx, draft), 'publish');

/** The same within a transaction. */
export async function putSegment(
  parts: Parts,
  tx: Transaction,
  { id, name, rule, typology }: SegmentDraft,
): Promise<void> {
  const { store, clock } = parts;
  const found = checkRule(rule, 'rule');
  if (found.length > 0) throw notSound(id, found);
  const segments = await store.listSegments(tx);
  const lists = new Set((await store.listLists(tx)).map((list) => list.id));
  const before = segments.find((segment) => segment.id === id);
  const rules = new Map(segments.map((segment) => [segment.id, JSON.parse(segment.rule) as RuleGroup]));
  rules.set(id, rule as RuleGroup);
  for (const [each, group] of rules) {
    if (each !== id && !namedBy(rules, each).has(id)) continue;
    try {
      ruleToSql(group, { segments: rules, lists });
    } catch (error) {
      if (error instanceof RuleError) throw notSound(id, error.problems);
      throw error;
    }
  }
  const text = JSON.stringify(rule);
  await store.saveSegment(tx, { id, name, rule: text, now: clock.now(), ...(typology ? { typology } : {}) });
  if (before?.rule === text) return;
  for (const { id: each, ref } of segments)
    if (each === id || namedBy(rules, each).has(id)) await store.refillSegment(tx, ref);
}

const notSound = (id: string, problems: readonly RuleProblem[]) =>
  new SegmentError(
    'rule',
    `segment ${id}: ${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
    problems,
  );

/** The segments that a rule names, of the customer and of those related to one. */
export function segmentsIn(rule: RuleGroup): string[] {
  const inFields = ({ segments, related }: RuleFields): string[] => [
    ...segments,
    ...related.flatMap(({ fields }) => inFields(fields)),
  ];
  return inFields(fieldsOf(rule));
}

/** The segments that a segment leads to, in however many steps. */
function namedBy(rules: ReadonlyMap<string, RuleGroup>, id: string): Set<string> {
  const reached = new Set<string>();
  const open = [id];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    const rule = rules.get(each);
    for (const next of rule ? segmentsIn(rule) : [])
      if (!reached.has(next)) {
        reached.add(next);
        open.push(next);
      }
  }
  return reached;
}

/** Deletes a segment that no published loop and no other segment uses. False if there is none. */
export const removeSegment = (parts: Parts, id: string): Promise<boolean> =>
  parts.db.write((tx) => removeSegmentIn(parts, tx, id), 'publish');

/** The same within a transaction. */
export async function removeSegmentIn(parts: Parts, tx: Transaction, id: string): Promise<boolean> {
  const { store } = parts;
  const segments = await store.listSegments(tx);
  if (!segments.some((segment) => segment.id === id)) return false;
  const users = [
    ...(await loopsThatUse(parts, tx, id)).map((loop) => `the loop ${loop}`),
    ...segments
      .filter(({ rule }) => segmentsIn(JSON.parse(rule) as RuleGroup).includes(id))
      .map((segment) => `the segment ${segment.id}`),
  ];
  if (users.length > 0)
    throw new SegmentError('in-use', `the segment ${id} is used by ${users.join(', ')}: take it out there first`);
  await store.deleteSegment(tx, id);
  return true;
}

async function loopsThatUse(parts: Parts, tx: Transaction, id: string): Promise<string[]> {
  const states = await parts.store.loopStates(tx);
  const using = parts.stations
    .all()
    .filter(({ loop }) => states.get(loop.id) !== 'archived')
    .filter((version) => watchedBy(parts, version).has(id) || names(version.compiled.loop, id));
  return [...new Set(using.map(({ loop }) => loop.id))];
}

/** Whether a rule anywhere in a loop asks for a segment: a field of that name is nothing else. */
const names = (loop: Loop, id: string): boolean =>
  JSON.stringify(loop).includes(`"field":${JSON.stringify(`$segment.${id}`)}`);
