import type { Condition } from './condition.ts';
import type { RuleGroup } from './rule.ts';
import type { Segments } from './to-condition.ts';
import { toCondition } from './to-condition.ts';

/**
 * A `within` of a rule: what it asks of changes as time goes by, without anything happening. An instant enters the window
 * when it is reached, and has left it when it is more than so many milliseconds past.
 */
export type Window = { readonly milliseconds: number } & (
  | { readonly on: 'trait'; readonly name: string }
  /** The time of the events of a type. */
  | { readonly on: 'event'; readonly type: string }
  /** A property of the events of a type. */
  | { readonly on: 'property'; readonly type: string; readonly name: string }
);

/** The windows of a rule, those of the segments that it names among them, each once. */
export function windowsOf(group: RuleGroup, segments?: Segments): Window[] {
  const found = new Map<string, Window>();
  const visit = (condition: Condition, type?: string): void => {
    switch (condition.kind) {
      case 'and':
      case 'or':
        for (const each of condition.of) visit(each, type);
        return;
      case 'not':
        return visit(condition.of, type);
      case 'events':
        return visit(condition.of, condition.type);
      case 'within': {
        const { field, milliseconds } = condition;
        const window: Window =
          field.kind === 'time'
            ? { on: 'event', type: type ?? '', milliseconds }
            : type === undefined
              ? { on: 'trait', name: field.name, milliseconds }
              : { on: 'property', type, name: field.name, milliseconds };
        found.set(JSON.stringify(window), window);
      }
    }
  };
  visit(toCondition(group, segments));
  return [...found.values()];
}
