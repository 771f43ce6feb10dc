import { instantOf, readField } from './field.ts';
import type { RowScope } from './field.ts';
import { readList } from './literal.ts';
import { isRuleGroup } from './rule.ts';
import type { Rule, RuleGroup } from './rule.ts';
import type { Segments } from './to-condition.ts';

/** What a rule looks at, each name once, in the order of their first appearance. Nothing else that changes can change its answer, but time. */
export interface RuleFields {
  traits: string[];
  /** Event types. */
  events: string[];
  /** As `<channel>.<purpose>`. */
  consents: string[];
  /** Ids of the segments that the rule itself names. What those look at in turn is theirs to say, unless they are handed in. */
  segments: string[];
  /** Ids of static lists. */
  lists: string[];
  /** Traits whose changes are counted. */
  changes: string[];
  /** Kinds of groups that the customer is asked to belong to, with what is asked of the groups' own traits. */
  groups: { kind: string; traits: string[] }[];
  /** By kind of group, what is asked of the others who share one: the answer changes when one of them comes, goes, or changes in it. */
  related: { kind: string; fields: RuleFields }[];
}

/**
 * With `segments`, all that the answer depends on: what the segments look at that the rule names, however many steps away, is
 * named as if it stood in the rule. One that is not among them is passed over, and one that leads to itself is read once.
 */
export function fieldsOf(group: RuleGroup, segments?: Segments): RuleFields {
  const found = new Found();
  visit(group, found, segments);
  return found.fields();
}

class Found {
  /** Of whom: those related to a customer are asked for nobody related to them. */
  readonly inRelated: boolean;
  readonly traits = new Set<string>();
  readonly events = new Set<string>();
  readonly consents = new Set<string>();
  readonly segments = new Set<string>();
  readonly lists = new Set<string>();
  readonly changes = new Set<string>();
  readonly groups = new Map<string, Set<string>>();
  readonly related = new Map<string, Found>();

  constructor(inRelated = false) {
    this.inRelated = inRelated;
  }

  fields(): RuleFields {
    return {
      traits: [...this.traits],
      events: [...this.events],
      consents: [...this.consents],
      segments: [...this.segments],
      lists: [...this.lists],
      changes: [...this.changes],
      groups: [...this.groups].map(([kind, traits]) => ({ kind, traits: [...traits] })),
      related: [...this.related].map(([kind, found]) => ({ kind, fields: found.fields() })),
    };
  }
}

function visit(group: RuleGroup, found: Found, segments: Segments | undefined): void {
  for (const rule of group.rules)
    if (isRuleGroup(rule)) visit(rule, found, segments);
    else visitRule(rule, found, segments);
}

function visitRule(rule: Rule, found: Found, segments: Segments | undefined): void {
  const meaning = readField(rule.field);
  switch (meaning.kind) {
    case 'changed':
      found.changes.add(meaning.trait);
      return;
    case 'group': {
      const traits = getOrMake(found.groups, meaning.group, () => new Set<string>());
      if (rule.value !== undefined) namesIn(rule.value as RuleGroup, 'group', traits);
      return;
    }
    case 'related': {
      if (found.inRelated) return;
      const related = getOrMake(found.related, meaning.group, () => new Found(true));
      if (rule.value !== undefined) visit(rule.value as RuleGroup, related, segments);
      return;
    }
    case 'consent':
      found.consents.add(`${meaning.channel}.${meaning.purpose}`);
      return;
    case 'list':
      found.lists.add(meaning.id);
      return;
    case 'share':
      return;
    case 'segment': {
      if (found.segments.has(meaning.id)) return;
      found.segments.add(meaning.id);
      const named = segments?.get(meaning.id);
      if (named) visit(named, found, segments);
      return;
    }
    default:
      if (rule.match || rule.measure) found.events.add(rule.field);
      else found.traits.add(rule.field);
      if (!rule.match) for (const name of othersOf(rule)) found.traits.add(name);
  }
}

/** The names of a row's own fields that a group asks for, without its instant. */
function namesIn(group: RuleGroup, scope: RowScope, names: Set<string>): void {
  for (const rule of group.rules)
    if (isRuleGroup(rule)) namesIn(rule, scope, names);
    else for (const name of [rule.field, ...othersOf(rule)]) if (name !== instantOf[scope]) names.add(name);
}

/** The fields that a rule's field is compared with. */
function othersOf({ operator, value, valueSource }: Rule): string[] {
  if (valueSource !== 'field' || operator === 'null' || operator === 'notNull') return [];
  const several = operator.endsWith('etween') || operator === 'in' || operator === 'notIn';
  return (several ? readList(value) : [value]).map(String);
}

function getOrMake<T>(map: Map<string, T>, key: string, make: () => T): T {
  const there = map.get(key) ?? make();
  map.set(key, there);
  return there;
}
