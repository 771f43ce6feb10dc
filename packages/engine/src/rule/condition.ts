import type { MeasureFunction } from './operators.ts';

/**
 * A rule with its meaning made plain: literals read, negated operators unfolded, segments put in, the six match modes turned
 * into one count. Whatever a rule means is decided on the way here (`to-condition.ts`), once; the two translations only say it.
 */
export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  /** At least and at most so many of the rows that belong to the customer satisfy a condition over them. */
  | RowsCondition
  | FigureCondition
  | { readonly kind: 'consent'; readonly channel: string; readonly purpose: string; readonly test: 'granted' | 'known' }
  | { readonly kind: 'list'; readonly id: string }
  /** The customer's number under a key (see `share.ts`) is at least `from` and less than `below`. */
  | { readonly kind: 'share'; readonly key: string; readonly from: number; readonly below: number }
  | FieldCondition;

export interface RowsCondition {
  readonly kind: 'rows';
  readonly rows: Rows;
  readonly of: Condition;
  readonly least: number;
  readonly most: number;
}

/** What of a customer there are several of. `related`: other customers, on whom the condition is one on customers. */
export type Rows =
  | { readonly of: 'events'; readonly type: string }
  | { readonly of: 'changes'; readonly trait: string }
  | { readonly of: 'groups'; readonly group: string }
  | { readonly of: 'related'; readonly group: string };

/** A figure over the events of a type that satisfy `where` meets `test`, whose second field, if it has one, is a trait of the customer. */
export interface FigureCondition {
  readonly kind: 'figure';
  readonly type: string;
  readonly where: Condition;
  readonly function: MeasureFunction;
  /** What it is a figure of; nothing for the count. */
  readonly of?: Field;
  readonly test: FieldCondition;
}

/** A condition on one trait, or on one field of a row. */
export type FieldCondition =
  | { readonly kind: 'missing'; readonly field: Field }
  | OneOf
  | { readonly kind: 'range'; readonly field: Field; readonly numbers?: Range<number>; readonly texts?: Range<string> }
  | { readonly kind: 'text'; readonly field: Field; readonly where: TextPlace; readonly needle: string }
  | { readonly kind: 'within'; readonly field: Field; readonly milliseconds: number }
  | { readonly kind: 'equalField'; readonly field: Field; readonly other: Field }
  | { readonly kind: 'orderField'; readonly field: Field; readonly order: Order; readonly other: Field }
  | { readonly kind: 'textField'; readonly field: Field; readonly where: TextPlace; readonly other: Field };

export interface OneOf {
  readonly kind: 'oneOf';
  readonly field: Field;
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  readonly booleans: readonly boolean[];
}

export type Field =
  /** A trait or property by its literal name. */
  | { readonly kind: 'value'; readonly name: string }
  /** When an event or a change happened, or since when a customer belongs to a group: a column, and always a number. */
  | { readonly kind: 'time' }
  /** What a changed trait was, and what it became. */
  | { readonly kind: 'from' | 'to' }
  /** By whom a trait was changed: a column, and always a text. */
  | { readonly kind: 'source' }
  /** The figure that is asked of: a number, an instant, or any value. */
  | { readonly kind: 'figure'; readonly is: 'number' | 'instant' | 'value' };

/** Whether a field is always an instant, so that a text that it meets is read as one. */
export const isInstant = (field: Field): boolean =>
  field.kind === 'time' || (field.kind === 'figure' && field.is === 'instant');

export type Order = '<' | '<=' | '>' | '>=';
export type TextPlace = 'contains' | 'beginsWith' | 'endsWith';

export interface Range<T> {
  readonly lower?: Bound<T>;
  readonly upper?: Bound<T>;
}
export interface Bound<T> {
  readonly value: T;
  readonly inclusive: boolean;
}

export const constant = (value: boolean): Condition => ({ kind: 'constant', value });

export function not(of: Condition): Condition {
  if (of.kind === 'constant') return constant(!of.value);
  return of.kind === 'not' ? of.of : { kind: 'not', of };
}

/** All of the conditions; true of none. */
export const and = (of: readonly Condition[]): Condition => join('and', of);

/** At least one of the conditions; false of none. */
export const or = (of: readonly Condition[]): Condition => join('or', of);

function join(kind: 'and' | 'or', of: readonly Condition[]): Condition {
  const neutral = kind === 'and';
  if (of.some((condition) => condition.kind === 'constant' && condition.value !== neutral)) return constant(!neutral);
  const rest = of.filter((condition) => condition.kind !== 'constant');
  return rest.length === 0 ? constant(neutral) : rest.length === 1 ? rest[0]! : { kind, of: rest };
}

/** `counted` as far as it can be said without looking: that so many rows satisfy a condition. */
export function rows(of: Rows, condition: Condition, least: number, most: number): Condition {
  if (least > most) return constant(false);
  if (condition.kind === 'constant' && !condition.value) return constant(least === 0);
  if (least === 0 && most === Infinity) return constant(true);
  return { kind: 'rows', rows: of, of: condition, least, most };
}
