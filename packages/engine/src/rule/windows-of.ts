import type { Condition, Field, Rows } from './condition.ts';
import type { RuleGroup } from './rule.ts';
import type { Segments } from './to-condition.ts';
import { toCondition } from './to-condition.ts';

/**
 * A `within` of a rule: what it asks of changes as time goes by, without anything happening. An instant enters the window
 * when it is reached, and has left it when it is more than so many milliseconds past.
 */
export type Window = {
  readonly milliseconds: number;
  /**
   * What passes belongs to another customer, who shares a group of this kind with the one that the rule is about: when it has,
   * those related to its owner are to be asked again, and not only the owner.
   */
  readonly related?: string;
} & (
  | { readonly on: 'trait'; readonly name: string }
  /** The time of the events of a type. */
  | { readonly on: 'event'; readonly type: string }
  /** A property of the events of a type. */
  | { readonly on: 'property'; readonly type: string; readonly name: string }
  /** When a trait changed, or an instant that it was or became. */
  | { readonly on: 'change'; readonly trait: string; readonly of: 'time' | 'from' | 'to' }
  /** Since when a customer belongs to groups of a kind. */
  | { readonly on: 'since'; readonly group: string }
  /** A trait of the groups of a kind. */
  | { readonly on: 'groupTrait'; readonly group: string; readonly name: string }
  /** No window: that a customer belongs to a group of a kind begins when `from_at` is reached and ends when `to_at` is. `milliseconds` is 0. */
  | { readonly on: 'relationship'; readonly group: string }
);

/** The windows of a rule, those of the segments that it names among them, each once. */
export function windowsOf(group: RuleGroup, segments?: Segments): Window[] {
  const found = new Map<string, Window>();
  const visit = (condition: Condition, rows?: Rows, related?: string): void => {
    const add = (on: Window): void => {
      const window = related === undefined ? on : { ...on, related };
      found.set(JSON.stringify(window), window);
    };
    switch (condition.kind) {
      case 'and':
      case 'or':
        for (const each of condition.of) visit(each, rows, related);
        return;
      case 'not':
        return visit(condition.of, rows, related);
      case 'rows': {
        const { rows: of } = condition;
        if (of.of === 'groups' || of.of === 'related') add({ on: 'relationship', group: of.group, milliseconds: 0 });
        if (of.of !== 'related') return visit(condition.of, of, related);
        // Who is related comes and goes by their own relationships too.
        add({ on: 'relationship', group: of.group, milliseconds: 0, related: of.group });
        return visit(condition.of, undefined, of.group);
      }
      case 'figure': {
        const events: Rows = { of: 'events', type: condition.type };
        visit(condition.where, events, related);
        if (condition.test.kind === 'within' && condition.of)
          add({ ...windowOn(condition.of, events), milliseconds: condition.test.milliseconds });
        return;
      }
      case 'within':
        return add({ ...windowOn(condition.field, rows), milliseconds: condition.milliseconds });
    }
  };
  visit(toCondition(group, segments ? { segments } : {}));
  return [...found.values()];
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function windowOn(field: Field, rows: Rows | undefined): Without<Window, 'milliseconds' | 'related'> {
  const name = field.kind === 'value' ? field.name : '';
  switch (rows?.of) {
    case 'events':
      return field.kind === 'time' ? { on: 'event', type: rows.type } : { on: 'property', type: rows.type, name };
    case 'changes':
      return {
        on: 'change',
        trait: rows.trait,
        of: field.kind === 'from' || field.kind === 'to' ? field.kind : 'time',
      };
    case 'groups':
      return field.kind === 'time' ? { on: 'since', group: rows.group } : { on: 'groupTrait', group: rows.group, name };
    default:
      return { on: 'trait', name };
  }
}
