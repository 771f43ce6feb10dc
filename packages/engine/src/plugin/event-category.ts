import type { Category } from '../loop/loop.ts';

/** Event types whose words would put them elsewhere, in lower case with single spaces. */
const wellKnown: Record<string, Category> = {
  'page viewed': 'contact',
  'screen viewed': 'contact',
  'order refunded': 'payment',
  'payment info entered': 'payment',
  'email complained': 'contact',
  'call list exported': 'contact',
  'subscription paused': 'order',
  'product reviewed': 'service',
};

/** The first category with a word of the event type decides, from the most telling on. */
const words: readonly (readonly [Category, RegExp])[] = [
  ['payment', /^(pay|paid|payment|invoice|refund|bill|charge|dunning|chargeback|credit|debit|reminder)/],
  ['service', /^(ticket|complain|support|service|case|incident|fault|outage|repair|warranty|claim|return|request)/],
  [
    'order',
    /^(order|purchas|cart|checkout|product|coupon|promotion|wishlist|subscri|renew|contract|trial|buy|bought|cancel|churn)/,
  ],
  ['analysis', /^(score|segment|predict|model|survey|nps|analy|experiment|cohort|forecast|propensity)/],
  [
    'contact',
    /^(e?mail|sms|call|message|push|page|screen|open|click|visit|repl|letter|chat|unsubscribe|bounce|contact|link)/,
  ],
  ['basic', /^(sign|signed|account|profile|identif|address|registered|login|logged|application|birthday)/],
];

/** Where an event belongs that does not say so itself: `Order Completed` is an order, an unknown word a contact. */
export function categoryOf(type: string): Category {
  const parts = type
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const known = wellKnown[parts.join(' ')];
  if (known) return known;
  for (const [category, pattern] of words) if (parts.some((part) => pattern.test(part))) return category;
  return 'contact';
}
