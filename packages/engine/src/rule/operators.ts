/** Operators on one field: react-querybuilder's own, and two for a window of time that ends now. */
export const operators = [
  '=',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  'contains',
  'beginsWith',
  'endsWith',
  'doesNotContain',
  'doesNotBeginWith',
  'doesNotEndWith',
  'null',
  'notNull',
  'in',
  'notIn',
  'between',
  'notBetween',
  'within',
  'notWithin',
] as const;
export type Operator = (typeof operators)[number];

/** Each negated operator is the exact complement of the one it negates, which is why it holds for a missing field too. */
export const negated: Partial<Record<Operator, Operator>> = {
  '!=': '=',
  doesNotContain: 'contains',
  doesNotBeginWith: 'beginsWith',
  doesNotEndWith: 'endsWith',
  notNull: 'null',
  notIn: 'in',
  notBetween: 'between',
  notWithin: 'within',
};

export const matchModes = ['all', 'some', 'none', 'atLeast', 'atMost', 'exactly'] as const;
export type MatchMode = (typeof matchModes)[number];

/** What a measure makes of the events that it looks at. */
export const measureFunctions = ['count', 'sum', 'average', 'min', 'max', 'first', 'last'] as const;
export type MeasureFunction = (typeof measureFunctions)[number];

export const isOperator = (text: unknown): text is Operator => (operators as readonly unknown[]).includes(text);
export const isMatchMode = (text: unknown): text is MatchMode => (matchModes as readonly unknown[]).includes(text);
export const isMeasureFunction = (text: unknown): text is MeasureFunction =>
  (measureFunctions as readonly unknown[]).includes(text);
export const needsThreshold = (mode: MatchMode): boolean =>
  mode === 'atLeast' || mode === 'atMost' || mode === 'exactly';

/** What an operator is called in a sentence, between field and value. */
export const operatorWords: Readonly<Record<Operator, string>> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'is less than',
  '>': 'is more than',
  '<=': 'is at most',
  '>=': 'is at least',
  contains: 'contains',
  beginsWith: 'begins with',
  endsWith: 'ends with',
  doesNotContain: 'does not contain',
  doesNotBeginWith: 'does not begin with',
  doesNotEndWith: 'does not end with',
  null: 'is missing',
  notNull: 'is known',
  in: 'is one of',
  notIn: 'is none of',
  between: 'is between',
  notBetween: 'is not between',
  within: 'is within the last',
  notWithin: 'is not within the last',
};
