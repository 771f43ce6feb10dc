import type { Json } from '@osicam/engine/plugin';
import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';

/** The scale of each decimal column, by its element. */
export type Scales = ReadonlyMap<SchemaElement, number>;

/**
 * Takes the mark of a decimal from the schema, so that its digits come as they are stored: hyparquet would make floating
 * numbers of them, and 0.3 is none.
 */
export function keepDecimals(metadata: FileMetaData): Scales {
  const scales = new Map<SchemaElement, number>();
  for (const element of metadata.schema) {
    if (element.converted_type !== 'DECIMAL' && element.logical_type?.type !== 'DECIMAL') continue;
    const { scale } = element.logical_type?.type === 'DECIMAL' ? element.logical_type : element;
    scales.set(element, scale ?? 0);
    delete element.converted_type;
    delete element.logical_type;
  }
  return scales;
}

const isoOf = (milliseconds: bigint, below: string): string => {
  const at = new Date(Number(milliseconds));
  if (Number.isNaN(at.getTime())) return String(milliseconds);
  const iso = at.toISOString();
  return below === '' ? iso : `${iso.slice(0, -1)}${below}Z`;
};

/** An instant of so many parts of a second, as ISO 8601 writes it, with all of its digits. */
function toIso(count: bigint, perMillisecond: bigint, digits: number): string {
  let milliseconds = count / perMillisecond;
  let rest = count % perMillisecond;
  if (rest < 0n) {
    rest += perMillisecond;
    milliseconds -= 1n;
  }
  return isoOf(milliseconds, rest === 0n ? '' : String(rest).padStart(digits, '0'));
}

const utf8 = new TextDecoder('utf-8');

export const exactParsers = {
  timestampFromMilliseconds: (count: bigint) => toIso(BigInt(count), 1n, 0),
  timestampFromMicroseconds: (count: bigint) => toIso(BigInt(count), 1000n, 3),
  timestampFromNanoseconds: (count: bigint) => toIso(BigInt(count), 1_000_000n, 6),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  stringFromBytes: (bytes: Uint8Array) => bytes && utf8.decode(bytes),
  jsonFromBytes: (bytes: Uint8Array) => bytes && (JSON.parse(utf8.decode(bytes)) as Json),
};

/** A value as JSON says it: exact, or as text. Whole numbers beyond 2^53 and decimals that no number is are text. */
export function toJson(value: unknown, node: SchemaTree, scales: Scales): Json {
  if (value === undefined || value === null) return null;
  const scale = scales.get(node.element);
  if (Array.isArray(value)) {
    const item = itemOf(node);
    return value.map((each) => toJson(each, item, scales));
  }
  if (value instanceof Uint8Array) {
    if (scale !== undefined) return decimal(signed(value), scale);
    // Old writers do not say that their bytes are text.
    const text = utf8.decode(value);
    return text.includes('\uFFFD') ? `0x${Buffer.from(value).toString('hex')}` : storable(text);
  }
  if (scale !== undefined && (typeof value === 'bigint' || typeof value === 'number'))
    return decimal(BigInt(value), scale);
  switch (typeof value) {
    case 'bigint':
      return whole(value);
    case 'number':
      // JSON has no words for these.
      return Number.isFinite(value) ? value : String(value);
    case 'string':
      return storable(value);
    case 'boolean':
      return value;
    case 'object':
      if (value instanceof Date) return value.toISOString();
      if (ArrayBuffer.isView(value))
        return Array.from(value as unknown as Iterable<number | bigint>, (each) => toJson(each, node, scales));
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, toJson(each, fieldOf(node, name), scales)]),
      );
    default:
      return String(value);
  }
}

/** No database holds a NUL within a text. */
const storable = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text);

const whole = (value: bigint): Json =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);

/** As a number where that says the same digits, else as text. */
function decimal(unscaled: bigint, scale: number): Json {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
  return digits.replace(/^0+/, '').length <= 15 ? Number(text) : text;
}

/** Two's complement, the first byte the highest. */
function signed(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

/** The element of a list, past the groups that only say that it is one. */
function itemOf(node: SchemaTree): SchemaTree {
  const [only] = node.children;
  if (node.children.length !== 1 || !only || only.element.repetition_type !== 'REPEATED') return node;
  return only.children.length === 1 ? (only.children[0] as SchemaTree) : only;
}

/** The field of a structure, or the value of a map. */
function fieldOf(node: SchemaTree, name: string): SchemaTree {
  const field = node.children.find(({ element }) => element.name === name);
  if (field) return field;
  const [entry] = node.children;
  return entry?.children.find(({ element }) => element.name === 'value') ?? node;
}
