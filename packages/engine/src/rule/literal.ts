/** What a literal of a rule can be read as. The type of the field that it meets decides which reading counts. */
export interface Literal {
  text?: string;
  number?: number;
  boolean?: boolean;
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export function readLiteral(value: unknown): Literal {
  if (typeof value === 'boolean') return { boolean: value };
  if (typeof value === 'number') return Number.isFinite(value) ? { number: value } : {};
  if (typeof value !== 'string') return {};
  const literal: Literal = { text: value };
  const numeric = readNumber(value);
  if (numeric !== undefined) literal.number = numeric;
  if (value === 'true' || value === 'false') literal.boolean = value === 'true';
  return literal;
}

/** The number that a text from a form spells, or undefined. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!number.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** The values of an operator that takes several: an array, or the text that react-querybuilder joins with commas. */
export function readList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return value === undefined || value === null ? [] : [value];
  return value
    .split(/(?<!\\),/)
    .map((item) => item.replaceAll('\\,', ',').trim())
    .filter((item) => item !== '');
}
