import { readField } from './field.ts';
import { readList } from './literal.ts';
import { isRuleGroup } from './rule.ts';
import type { RuleGroup } from './rule.ts';

/** What a rule looks at, each name once, in the order of their first appearance. */
export interface RuleFields {
  traits: string[];
  /** Event types. */
  events: string[];
  /** As `<channel>.<purpose>`. */
  consents: string[];
  /** Ids of the segments that the rule itself names; what those look at in turn is theirs to say. */
  segments: string[];
}

export function fieldsOf(group: RuleGroup): RuleFields {
  const found = {
    traits: new Set<string>(),
    events: new Set<string>(),
    consents: new Set<string>(),
    segments: new Set<string>(),
  };
  const visit = (inner: RuleGroup): void => {
    for (const rule of inner.rules) {
      if (isRuleGroup(rule)) {
        visit(rule);
        continue;
      }
      if (rule.match) {
        found.events.add(rule.field);
        continue;
      }
      const meaning = readField(rule.field);
      if (meaning.kind === 'consent') found.consents.add(`${meaning.channel}.${meaning.purpose}`);
      else if (meaning.kind === 'segment') found.segments.add(meaning.id);
      else found.traits.add(rule.field);
      if (meaning.kind === 'trait' && rule.valueSource === 'field') {
        const several = rule.operator.endsWith('etween') || rule.operator === 'in' || rule.operator === 'notIn';
        for (const name of several ? readList(rule.value) : [rule.value]) found.traits.add(String(name));
      }
    }
  };
  visit(group);
  return {
    traits: [...found.traits],
    events: [...found.events],
    consents: [...found.consents],
    segments: [...found.segments],
  };
}
