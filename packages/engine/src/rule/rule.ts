import { z } from 'zod';

/** Operators on one value, as react-querybuilder names them. */
export const operators = [
  '=', '!=', '<', '>', '<=', '>=',
  'contains', 'beginsWith', 'endsWith', 'doesNotContain', 'doesNotBeginWith', 'doesNotEndWith',
  'null', 'notNull', 'in', 'notIn', 'between', 'notBetween',
  'within', 'notWithin',
] as const;
export type Operator = (typeof operators)[number];

export const matchModes = ['all', 'some', 'none', 'atLeast', 'atMost', 'exactly'] as const;

export interface Rule {
  field: string;
  operator: string;
  value?: unknown;
  valueSource?: 'value' | 'field';
  /** Present on a rule over events: how many events of type `field` must satisfy the group in `value`. */
  match?: { mode: (typeof matchModes)[number]; threshold?: number };
}

export interface RuleGroup {
  combinator: 'and' | 'or';
  not?: boolean;
  rules: (Rule | RuleGroup)[];
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A rule group in react-querybuilder's format, which a trait, an event, a consent or a segment can stand in as a field. */
export const ruleGroupSchema: z.ZodType<RuleGroup> = z.lazy(() =>
  z.object({
    combinator: z.enum(['and', 'or']),
    not: z.boolean().optional(),
    rules: z.array(z.union([ruleGroupSchema, ruleSchema])),
  }),
);

export const ruleSchema: z.ZodType<Rule> = z.lazy(() =>
  z.object({
    field: z.string().min(1),
    operator: z.string(),
    value: z.union([scalar, z.array(scalar), ruleGroupSchema]).optional(),
    valueSource: z.enum(['value', 'field']).optional(),
    match: z
      .object({ mode: z.enum(matchModes), threshold: z.number().int().nonnegative().optional() })
      .optional(),
  }),
);
