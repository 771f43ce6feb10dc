import type { FieldCondition } from './condition.ts';
import type { Fragment } from './fragment.ts';

/** How a database says a condition on a field. What it means is said elsewhere, once: see `to-condition.ts`. */
export interface RuleDialect {
  /** A field of a JSON document, by its literal name. */
  field(document: Fragment, name: string): SqlField;
  /** A column that always holds a number. */
  number(column: Fragment): SqlField;
  /** True or false, never NULL. `other` is the second field of a condition that has one. */
  condition(condition: FieldCondition, field: SqlField, other?: SqlField): Fragment;
}

export interface SqlField {
  readonly value: Fragment;
  readonly type: Fragment;
  /** It is a column of numbers, which is what `value` names. */
  readonly isNumber: boolean;
}
