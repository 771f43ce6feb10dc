/** A day as the number 19800403; undefined for none that somebody living can have been born on. */
export function readBirthDate(value: unknown, dates: 'dayFirst' | 'monthFirst'): number | undefined {
  if (typeof value !== 'string') return undefined;
  const [, y, m, d] = /^\s*(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:\D|$)/.exec(value) ?? [];
  if (y && m && d) return packed(Number(y), Number(m), Number(d));
  const [, first, second, year] = /^\s*(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4})(?:\D|$)/.exec(value) ?? [];
  if (!first || !second || !year) return undefined;
  const [day, month] = dates === 'dayFirst' ? [first, second] : [second, first];
  // 31/12 and 12/31 can be read in one way only.
  return packed(Number(year), Number(month), Number(day)) ?? packed(Number(year), Number(day), Number(month));
}

const packed = (year: number, month: number, day: number): number | undefined =>
  year >= 1880 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31
    ? year * 10_000 + month * 100 + day
    : undefined;

export type BirthLevel = 'equal' | 'swapped' | 'near' | 'differ';

/** How far two days are from each other as somebody writes them: day and month the other way round, one part mistyped. */
export function compareBirth(a: number, b: number): BirthLevel {
  if (a === b) return 'equal';
  const [ya, ma, da] = parts(a);
  const [yb, mb, db] = parts(b);
  if (ya === yb && ma === db && da === mb) return 'swapped';
  const differing = Number(ya !== yb) + Number(ma !== mb) + Number(da !== db);
  if (differing !== 1) return 'differ';
  const [x, y] = ya !== yb ? [ya, yb] : ma !== mb ? [ma, mb] : [da, db];
  return Math.abs(x - y) === 1 || isTypo(String(x).padStart(2, '0'), String(y).padStart(2, '0')) ? 'near' : 'differ';
}

const parts = (date: number): [number, number, number] => [
  Math.floor(date / 10_000),
  Math.floor(date / 100) % 100,
  date % 100,
];

/** One figure is another, or two neighbours have changed places. Both are of one length. */
export function isTypo(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const at: number[] = [];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) at.push(i);
  if (at.length === 1) return true;
  const [i = 0, j = 0] = at;
  return at.length === 2 && j === i + 1 && a[i] === b[j] && a[j] === b[i];
}
