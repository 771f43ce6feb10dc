/**
 * The sticky share of a customer: the same customer and the same key always give the same number, whatever the weights,
 * the turn or the machine. Pure arithmetic modulo a prime, so that one SQL expression repeats it exactly: x ↦ x⁵ is a
 * bijection modulo 2³¹ − 1 (5 has no factor in common with 2³¹ − 2), and every product stays below 2⁶² where the fifth
 * power is worked out as x · (x²)² with a remainder taken after each product.
 */
export const shareModulus = 2147483647;

/** The constants between the three rounds, in order: multiplied by, then added; the middle addend is the key's second salt. */
const rounds = { firstFactor: 48271, secondFactor: 16807, secondAddend: 12345 } as const;

const P = BigInt(shareModulus);
const fifth = (x: bigint): bigint => {
  const square = (x * x) % P;
  return (x * ((square * square) % P)) % P;
};

/** FNV-1a over the UTF-8 bytes, 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** What of the key goes into the arithmetic: two numbers below the modulus. */
const shareSalts = (key: string): [number, number] => [fnv1a(key) % shareModulus, fnv1a(`${key}#2`) % shareModulus];

/** A number from 0 up to, but not including, `shareModulus`. */
export function shareOf(customerId: number, key: string): number {
  const [salt, salt2] = shareSalts(key).map(BigInt) as [bigint, bigint];
  let x = fifth(((BigInt(customerId) % P) + salt) % P);
  x = fifth((x * BigInt(rounds.firstFactor) + salt2) % P);
  x = fifth((x * BigInt(rounds.secondFactor) + BigInt(rounds.secondAddend)) % P);
  return Number(x);
}

const modulus = shareModulus;
const fifthSql = (x: string) =>
  `${x} * ((${x} * ${x} % ${modulus}) * (${x} * ${x} % ${modulus}) % ${modulus}) % ${modulus}`;

/**
 * The same arithmetic over an expression that gives the customer's id, as a SELECT of one row with one column, `h`. Its
 * constants are written out: the driver binds every number as a real, which is inexact above 2⁵³. Each round is a subquery
 * with a limit, which keeps SQLite from writing the inner expression out at every place where the outer one uses it.
 */
export function shareSql(customerId: string, key: string): string {
  const [salt, salt2] = shareSalts(key);
  return `SELECT ${fifthSql('c')} AS h FROM (
    SELECT (${fifthSql('b')} * ${rounds.secondFactor} + ${rounds.secondAddend}) % ${modulus} AS c FROM (
      SELECT (${fifthSql('a')} * ${rounds.firstFactor} + ${salt2}) % ${modulus} AS b FROM (
        SELECT (${customerId} % ${modulus} + ${salt}) % ${modulus} AS a LIMIT 1) AS "share_a" LIMIT 1) AS "share_b" LIMIT 1) AS "share_c" LIMIT 1`;
}
