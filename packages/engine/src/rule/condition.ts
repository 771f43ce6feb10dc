/**
 * A rule with its meaning made plain: literals read, negated operators unfolded, segments put in, the six match modes turned
 * into one count. Whatever a rule means is decided on the way here (`to-condition.ts`), once; the two translations only say it.
 */
export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'events';
      readonly type: string;
      readonly of: Condition;
      readonly least: number;
      readonly most: number;
    }
  | { readonly kind: 'consent'; readonly channel: string; readonly purpose: string; readonly test: 'granted' | 'known' }
  | FieldCondition;

/** A condition on one trait, or on one property of an event. */
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

/** A trait or property by its literal name, or the instant of an event, which is a column and always a number. */
export type Field = { readonly kind: 'value'; readonly name: string } | { readonly kind: 'time' };

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
