import type { FieldCondition } from './condition.ts';
import type { Fragment } from './fragment.ts';

/** How a database says a condition on a field. What it means is said elsewhere, once: see `to-condition.ts`. */
export interface RuleDialect {
  /** A field of a JSON document, by its literal name. */
  field(document: Fragment, name: string): SqlField;
  /** A column of JSON text as a document. */
  document(column: Fragment): Fragment;
  /** Whether a document has a field at all, be it null. */
  has(field: SqlField): Fragment;
  /** A column that always holds a number. */
  number(column: Fragment): SqlField;
  /** A column that always holds a text. */
  text(column: Fragment): SqlField;
  /** An expression that gives a number or NULL. */
  figure(expression: Fragment): SqlField;
  /** An aggregate over the numbers among the values of a field. The sum of none is 0, and the others of none are NULL. */
  aggregate(made: Aggregate, field: SqlField): Fragment;
  /** A sum or an average, which an expression gives, to the digits that it is compared with. */
  readable(expression: Fragment): Fragment;
  /** True or false, never NULL. `other` is the second field of a condition that has one. */
  condition(condition: FieldCondition, field: SqlField, other?: SqlField): Fragment;
}

export type Aggregate = 'sum' | 'average' | 'min' | 'max';

export interface SqlField {
  readonly value: Fragment;
  readonly type: Fragment;
  /** It gives SQL's own numbers, and not JSON. */
  readonly isNumber: boolean;
  /** It is a column that is never NULL: a bare comparison is true or false, and an index can serve it. */
  readonly isColumn?: boolean;
}
