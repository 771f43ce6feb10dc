import type { Json, JsonObject } from '../api/contract.ts';
import { formatMoney, humanise } from './format.ts';

const hidden = new Set(['category', 'currency', 'messageId', 'contactId']);

/** What an event or a row says, in one line. An amount beside a currency is money in minor units. */
export function gist(properties: JsonObject): string {
  const currency = typeof properties['currency'] === 'string' ? properties['currency'] : undefined;
  return Object.entries(properties)
    .filter(([name, value]) => !hidden.has(name) && value !== null && value !== '')
    .slice(0, 6)
    .map(([name, value]) => `${humanise(name).toLowerCase()} ${say(name, value, currency)}`)
    .join(' · ');
}

const say = (name: string, value: Json, currency: string | undefined): string => {
  if (typeof value === 'number' && currency && /value|amount|price|revenue|total|cost/i.test(name))
    return formatMoney(value, currency);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
