import { z } from 'zod';
import { findRuleProblems } from './check-rule.ts';
import { matchModes, measureFunctions } from './operators.ts';
import type { MatchMode, MeasureFunction } from './operators.ts';

/**
 * What a rule means. Both translations, to SQL and to a predicate, are made from the same conditions (see `condition.ts`),
 * and a property test holds them together.
 *
 * Fields
 * - Without `match` a field is a trait. Its name is taken literally: `address.city` is a trait of that name, not a path.
 * - With `match` a field is an event type, and `value` is a group over the event's properties and its `time`; no group is
 *   any event. `operator` says nothing then. `all` holds for a customer without such events, as `Array.every`.
 * - `$consent.<channel>.<purpose>` is true when the latest record grants it, false otherwise; `null` finds whoever was
 *   never asked. The purpose is all after the second dot.
 * - `$segment.<id>` is true for the customers whom the segment's rule selects. A segment that leads to itself is an error.
 * - `$list.<id>` is true for the customers whom somebody has put on that list. On a list that is not there is nobody, unless
 *   whoever translates the rule says which there are: then it is an error.
 * - `$share.<name>` is a number from 0 up to, and without, 100 that a customer keeps for ever, spread evenly and differently
 *   for each name: `$share.pilot < 10` is a random tenth, always the same. It takes `<`, `>=` and `between` (whose upper bound
 *   is left out, so that shares do not overlap). It goes by the customer's id: of two who are merged the one that is left keeps
 *   its own.
 * - `$changed.<trait>` with `match` counts the changes of a trait, over a group on what each change has: `from` and `to` (the
 *   values, missing where there was none), `time`, and `source`. How a trait came to be known with the customer itself is no
 *   change; that it came to be known later is, and so is what a merge or an import has changed. With `valueSource: 'field'`
 *   the value names another of the four.
 * - `$related.<kind>` with `match` counts the other customers who share a group of that kind (a household, say) with the
 *   customer now; the group in `value` is a rule over them as customers, in which `$related` may not stand again, nor in a
 *   segment that it names. Whoever shares two groups is one customer.
 * - `$group.<kind>` with `match` counts the groups of that kind that the customer belongs to now, over a group on their traits
 *   and `since`, the instant from which on it belongs. A group that two spans name at once counts once, when one of them does.
 *   A trait of a group that is called `since` cannot be asked for, as little as a property that is called `time`.
 * - Somebody belongs to a group from its `from` on, up to and without its `to`.
 *
 * Measures
 * - With `measure` a field is an event type, and `operator` and `value` ask of one figure over its events that satisfy
 *   `measure.where`: their `count`, the `sum`, `average`, `min` or `max` of the numbers in `measure.property`, or its value in
 *   the `first` or `last` of them by time (of two in one instant the one that came in later is later). The property `time` is
 *   the event's instant. Without such events the count and the sum are 0, and the others are missing; what is not a number
 *   is left out of sum, average, min and max, and where nothing is left these are missing too. "Has not ordered since" is the
 *   `last` `time` of `order`, `notWithin` a window: it holds for whoever has never ordered.
 * - `first` and `last` choose the event, whatever it has: where it lacks the property the figure is missing. Ask `where` for the
 *   property (`notNull`) to have the last event that has it.
 * - Whole numbers add up exactly as far as 2⁵³, and so money in minor units does. Sums and averages that are no whole number are
 *   taken to fifteen digits, so that 1.1 and 2.2 are 3.3. A figure that is a number compares with numbers alone.
 *
 * Time
 * - Events, changes and spans that lie in the future are there like all others: they count, they add up, and one of them can be
 *   the last. Nothing but `within` looks at the clock, which takes what has been reached (and whether somebody belongs to a
 *   group, which begins and ends). To leave out what is to come, ask for a `time` `within` a window.
 *
 * Values
 * - Every rule is true or false, never unknown. A missing field (or JSON null) satisfies `null` and the negated operators
 *   (`!=`, `doesNot…`, `not…`), each of which is exactly the complement of its positive.
 * - The field's type decides. A number compares with numbers, a text with texts, a boolean with booleans. A form gives
 *   every literal as text, so a text literal is also read as the number (`"12"`, `" 1e3 "`) or the boolean (`"true"`) that
 *   it spells; a number literal is never read as text. A field is never converted: the trait "12" is not 12.
 * - Texts compare exactly, and are ordered by code point. Booleans have no order.
 * - `contains`, `beginsWith` and `endsWith` ignore the case of A to Z, and see a whole number (a post code, say) as digits.
 * - A list or an object satisfies `notNull` and the negated operators only.
 * - `between` is inclusive. It and `in` take an array, or the text "a,b" that react-querybuilder writes (`\,` is a comma).
 * - `within` holds when the field is an instant (epoch milliseconds, or ISO 8601 text as `parseInstant` takes it) that lies
 *   at most `value`, a duration as `P90D`, before now, and not after now. An event's `time` also compares with ISO text.
 * - With `valueSource: 'field'` the value names another trait, or several for `in` and `between`; types must be the same.
 *   Within an event's group it names another property of the event.
 *
 * Groups
 * - A group without rules constrains nothing: it is true with either combinator, as in react-querybuilder. `not` negates.
 */
export interface Rule {
  field: string;
  operator: string;
  value?: unknown;
  valueSource?: 'value' | 'field';
  /** Present on a rule over events: how many events of type `field` must satisfy the group in `value`. */
  match?: { mode: MatchMode; threshold?: number };
  /** Present on a rule over a figure of events. */
  measure?: Measure;
}

/** A figure over a customer's events of a type. */
export interface Measure {
  function: MeasureFunction;
  /** Left out for `count`. */
  property?: string;
  /** Which of the events; all where it is left out. */
  where?: RuleGroup;
}

export interface RuleGroup {
  combinator: 'and' | 'or';
  not?: boolean;
  rules: (Rule | RuleGroup)[];
}

export const isRuleGroup = (rule: Rule | RuleGroup): rule is RuleGroup => 'rules' in rule;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const group: z.ZodType<RuleGroup> = z.lazy(() =>
  z.object({
    combinator: z.enum(['and', 'or']),
    not: z.boolean().optional(),
    rules: z.array(z.union([group, ruleSchema])),
  }),
);

export const ruleSchema: z.ZodType<Rule> = z.lazy(() =>
  z.object({
    field: z.string().min(1),
    operator: z.string(),
    value: z.union([scalar, z.array(scalar), group]).optional(),
    valueSource: z.enum(['value', 'field']).optional(),
    match: z.object({ mode: z.enum(matchModes), threshold: z.number().int().nonnegative().optional() }).optional(),
    measure: z
      .object({ function: z.enum(measureFunctions), property: z.string().min(1).optional(), where: group.optional() })
      .optional(),
  }),
);

/**
 * A rule group in react-querybuilder's format. Checked by `checkRule` before zod sees it: a union of recursive shapes cannot
 * say what is wrong, and a document nested ten thousand deep would exhaust the stack.
 */
export const ruleGroupSchema: z.ZodType<RuleGroup> = z.preprocess((value, context) => {
  for (const { at, message } of findRuleProblems(value)) {
    context.addIssue({ code: 'custom', path: [...at], message, input: value });
  }
  return value;
}, group);
