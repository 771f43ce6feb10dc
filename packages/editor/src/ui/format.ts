const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const some = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const dateTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

type Instant = string | number | Date;

export const formatNumber = (value: number): string => (Number.isInteger(value) ? whole : some).format(value);
export const formatShort = (value: number): string =>
  Math.abs(value) < 10_000 ? formatNumber(value) : short.format(value);
export const formatPercent = (value: number): string => percent.format(value);
/** A difference of shares, with its sign, in percentage points. */
export const formatPoints = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${some.format(Math.abs(value) * 100)} pp`;
export const formatDate = (value: Instant): string => guarded(value, date);
export const formatDateTime = (value: Instant): string => guarded(value, dateTime);

const guarded = (value: Instant, format: Intl.DateTimeFormat): string => {
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? String(value) : format.format(at);
};

/** Money in minor units. */
export const formatMoney = (minor: number, currency?: string): string => {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency: currency ?? 'EUR' }).format(minor / 100);
  } catch {
    return `${some.format(minor / 100)} ${currency}`;
  }
};

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** `monthlyCharges` or `monthly_charges` as a person would write it: Monthly charges. */
export function humanise(name: string): string {
  const words = name
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .trim();
  const lower = words
    .split(' ')
    .map((word) => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()))
    .join(' ');
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}
