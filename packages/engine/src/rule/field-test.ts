import type { FieldCondition, OneOf, Order, Range, TextPlace } from './condition.ts';
import { parseInstant } from './instant.ts';
import { compareText, foldCase } from './text.ts';

/** A condition on a field as a function of its value, and of the second field's where it has one. */
export function fieldTest(condition: FieldCondition): (value: unknown, now: number, other: unknown) => boolean {
  switch (condition.kind) {
    case 'missing':
      return (value) => value === null || value === undefined;
    case 'oneOf':
      return oneOf(condition);
    case 'range': {
      const { numbers, texts } = condition;
      return (value) =>
        typeof value === 'number'
          ? numbers !== undefined && inRange(value, numbers, compareNumbers)
          : typeof value === 'string' && texts !== undefined && inRange(value, texts, compareText);
    }
    case 'text': {
      const { where, needle } = condition;
      return (value) => {
        const text = textOf(value);
        return text !== undefined && places[where](foldCase(text), needle);
      };
    }
    case 'within': {
      const { milliseconds } = condition;
      return (value, now) => {
        const instant = typeof value === 'string' ? parseInstant(value) : value;
        return typeof instant === 'number' && instant >= now - milliseconds && instant <= now;
      };
    }
    case 'equalField':
      return (value, _now, other) => isScalar(value) && value === other;
    case 'orderField': {
      const holds = orders[condition.order];
      return (value, _now, other) => {
        if (typeof value === 'number' && typeof other === 'number') return holds(compareNumbers(value, other));
        return typeof value === 'string' && typeof other === 'string' && holds(compareText(value, other));
      };
    }
    case 'textField': {
      const { where } = condition;
      return (value, _now, other) => {
        const [text, needle] = [textOf(value), textOf(other)];
        return text !== undefined && needle !== undefined && places[where](foldCase(text), foldCase(needle));
      };
    }
  }
}

function oneOf({ texts, numbers, booleans }: OneOf): (value: unknown) => boolean {
  const scalars = [...texts, ...numbers, ...booleans];
  if (scalars.length === 1) return (value) => value === scalars[0];
  const set = new Set<unknown>(scalars);
  return (value) => set.has(value);
}

const compareNumbers = (a: number, b: number): number => a - b;

function inRange<T>(value: T, { lower, upper }: Range<T>, compare: (a: T, b: T) => number): boolean {
  if (lower) {
    const order = compare(value, lower.value);
    if (lower.inclusive ? order < 0 : order <= 0) return false;
  }
  if (!upper) return true;
  const order = compare(value, upper.value);
  return upper.inclusive ? order <= 0 : order < 0;
}

const orders: Record<Order, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const places: Record<TextPlace, (text: string, needle: string) => boolean> = {
  contains: (text, needle) => text.includes(needle),
  beginsWith: (text, needle) => text.startsWith(needle),
  endsWith: (text, needle) => text.endsWith(needle),
};

/** What text operators see: a text, or a whole number as its digits. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
