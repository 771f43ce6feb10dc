/** What a statement is given: a value, or an instant before a `now` that is known only when the statement runs. */
export type RuleParameter = string | number | { readonly nowMinus: number };

/** A piece of SQL with the values of its question marks. */
export class Fragment {
  readonly text: string;
  readonly parameters: readonly RuleParameter[];

  constructor(text: string, parameters: readonly RuleParameter[]) {
    this.text = text;
    this.parameters = parameters;
  }
}

/**
 * SQL as a template: fragments are put in, everything else becomes a bound parameter. Text can enter a statement only by
 * standing in our own source, so nothing that a user writes ever does.
 */
export function sql(strings: TemplateStringsArray, ...parts: (Fragment | RuleParameter)[]): Fragment {
  let text = strings[0]!;
  const parameters: RuleParameter[] = [];
  for (const [index, part] of parts.entries()) {
    if (part instanceof Fragment) {
      text += part.text;
      parameters.push(...part.parameters);
    } else {
      text += '?';
      parameters.push(part);
    }
    text += strings[index + 1]!;
  }
  return new Fragment(text, parameters);
}

export const list = (items: readonly (Fragment | RuleParameter)[]): Fragment =>
  items.map((item) => sql`${item}`).reduce((left, right) => sql`${left}, ${right}`);

/** A name of a table or alias. Names come from our own code; this holds even if one does not. */
export function identifier(name: string): Fragment {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new TypeError(`expected a plain SQL name, got ${JSON.stringify(name)}`);
  return new Fragment(`"${name}"`, []);
}

/** Joined as a balanced tree: SQLite refuses an expression deeper than 1,000, and a plain chain of n is n deep. */
export function joinBalanced(operator: 'AND' | 'OR', items: readonly Fragment[]): Fragment {
  if (items.length === 1) return items[0]!;
  const half = items.length >> 1;
  const left = joinBalanced(operator, items.slice(0, half));
  const right = joinBalanced(operator, items.slice(half));
  return operator === 'AND' ? sql`(${left} AND ${right})` : sql`(${left} OR ${right})`;
}
