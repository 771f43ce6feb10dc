import type { Json } from '../../api/contract.ts';
import { formatDate, formatNumber } from '../../ui/format.ts';

/** A value of a trait as a person reads it. */
export const say = (value: Json | undefined): string =>
  value === null || value === undefined
    ? '–'
    : typeof value === 'boolean'
      ? value
        ? 'yes'
        : 'no'
      : typeof value === 'number'
        ? formatNumber(value)
        : typeof value === 'string'
          ? /^\d{4}-\d\d-\d\d(T[\d:.]+Z?)?$/.test(value)
            ? formatDate(value)
            : value
          : JSON.stringify(value);

/** Who did it, without what the machine puts before a name. */
export const sayWho = (source: string): string => source.replace(/^user:/, '');

/** How long ago, by the clock of the installation. */
export function ago(at: string, now: number): string {
  const days = Math.floor((now - Date.parse(at)) / 86_400_000);
  if (days < 0) return `in ${span(-days)}`;
  return days === 0 ? 'today' : `${span(days)} ago`;
}

const span = (days: number): string =>
  days < 60
    ? `${days} ${days === 1 ? 'day' : 'days'}`
    : days < 730
      ? `${Math.round(days / 30.4)} months`
      : `${Math.round(days / 365.25)} years`;
