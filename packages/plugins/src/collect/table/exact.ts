import type { Json } from '@osicam/engine/plugin';

/** A decimal as a number where that says the same digits, else as text. */
export function decimal(text: string): Json {
  const digits = text.replace(/^-/, '').replace('.', '').replace(/^0+/, '');
  return /^-?\d+(\.\d+)?$/.test(text) && digits.length <= 15 ? Number(text) : text;
}

export const whole = (text: string): Json => (Number.isSafeInteger(Number(text)) ? Number(text) : text);

export const real = (value: number): Json => (Number.isFinite(value) ? value : String(value));

export const bytes = (value: Uint8Array): string => `0x${Buffer.from(value).toString('hex')}`;

/** Whatever a driver has made of a value, as JSON says it. */
export function plain(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return whole(String(value));
  if (typeof value === 'number') return real(value);
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  if (typeof value === 'boolean') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return bytes(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
  return String(value);
}
