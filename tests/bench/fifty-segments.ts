import type { RuleGroup } from '../../packages/engine/src/rule/index.ts';

type Rules = RuleGroup['rules'];
type Rule = Rules[number];

const all = (...rules: Rules): RuleGroup => ({ combinator: 'and', rules });
const any = (...rules: Rules): RuleGroup => ({ combinator: 'or', rules });
const is = (field: string, value: string | number | boolean, operator = '='): Rule => ({ field, operator, value });
const oneOf = (field: string, ...value: string[]): Rule => ({ field, operator: 'in', value });
const consents = is('$consent.email.offers', true);
const within = (value: string): Rule => ({ field: 'time', operator: 'within', value });
const match = (field: string, mode: 'atLeast' | 'atMost' | 'some' | 'none', threshold: number, ...of: Rules): Rule => ({
  field,
  operator: '=',
  match: mode === 'some' || mode === 'none' ? { mode } : { mode, threshold },
  value: all(...of),
});
const atLeast = (n: number, event: string, ...of: Rules) => match(event, 'atLeast', n, ...of);
const none = (event: string, ...of: Rules) => match(event, 'none', 0, ...of);
const figure = (
  made: 'sum' | 'average' | 'max' | 'last' | 'first' | 'count',
  of: { property?: string; where?: RuleGroup },
  operator: string,
  value: string | number,
): Rule => ({ field: 'order', operator, value, measure: { function: made, ...of } });
const segment = (id: string, inside = true) => is(`$segment.${id}`, inside);

/** What the departments of a company of a million customers ask for: half of it in windows that pass by themselves. */
export const fiftySegments: Readonly<Record<string, RuleGroup>> = {
  // Traits and consent.
  'dach-countries': all(oneOf('country', 'DE', 'AT', 'CH')),
  'romance-countries': all(oneOf('country', 'FR', 'IT', 'ES')),
  'plus-plan': all(is('plan', 'plus')),
  'pro-plan': all(is('plan', 'pro')),
  'basic-with-points': all(is('plan', 'basic'), is('points', 4000, '>=')),
  'born-before-1960': all(is('birthYear', 1960, '<')),
  'born-in-the-nineties': all({ field: 'birthYear', operator: 'between', value: [1990, 1999] }),
  'rich-in-points': all(is('points', 4500, '>=')),
  'reads-the-newsletter': all(is('newsletter', true)),
  'may-be-written-to': all(consents),
  'never-asked': all({ field: '$consent.email.offers', operator: 'null' }),
  'refuses-offers': all({ field: '$consent.email.offers', operator: 'notNull' }, is('$consent.email.offers', false)),
  'one-town': all(is('city', 'Town 17')),
  'towns-that-begin-with-1': all({ field: 'city', operator: 'beginsWith', value: 'Town 1' }),
  'newsletter-in-dach': all(segment('dach-countries'), is('newsletter', true), consents),
  // Orders.
  'ordered-ever': all(atLeast(1, 'order')),
  'never-ordered': all(none('order')),
  'ordered-within-a-week': all(atLeast(1, 'order', within('P7D'))),
  'ordered-within-a-month': all(atLeast(1, 'order', within('P30D'))),
  'three-orders-in-90-days': all(atLeast(3, 'order', within('P90D'))),
  'three-orders-in-three-countries': all(
    atLeast(3, 'order', within('P90D')),
    oneOf('country', 'DE', 'FR', 'GB'),
    consents,
  ),
  'ten-orders-in-a-year': all(atLeast(10, 'order', within('P365D'))),
  'a-large-order-in-90-days': all(atLeast(1, 'order', is('total', 18_000, '>='), within('P90D'))),
  'no-order-in-180-days': all(none('order', within('P180D')), atLeast(1, 'order')),
  'one-order-alone': all({
    field: 'order',
    operator: '=',
    match: { mode: 'exactly', threshold: 1 },
    value: all(),
  }),
  'many-small-orders': all(atLeast(4, 'order', is('total', 5_000, '<'), within('P180D'))),
  'first-order-lately': all(figure('first', { property: 'time' }, 'within', 'P60D')),
  'silent-for-half-a-year': all(figure('last', { property: 'time' }, 'notWithin', 'P180D'), segment('ordered-ever')),
  'spent-1000': all(figure('sum', { property: 'total' }, '>=', 100_000)),
  'spent-500-this-year': all(figure('sum', { property: 'total', where: all(within('P365D')) }, '>=', 50_000)),
  'average-above-120': all(figure('average', { property: 'total' }, '>', 12_000)),
  'largest-order-above-200': all(figure('max', { property: 'total' }, '>', 20_000)),
  'last-order-was-small': all(figure('last', { property: 'total' }, '<', 2_000)),
  'twenty-orders': all(figure('count', {}, '>=', 20)),
  // Pages and mail.
  'on-the-site-this-week': all(atLeast(1, 'page', within('P7D'))),
  'five-pages-this-month': all(atLeast(5, 'page', within('P30D'))),
  'looked-at-a-product': all(atLeast(1, 'page', is('path', '/p/42'), within('P90D'))),
  'looked-and-did-not-buy': all(atLeast(3, 'page', within('P30D')), none('order', within('P30D'))),
  'opened-a-mail-this-month': all(atLeast(1, 'mail opened', within('P30D'))),
  'opened-no-mail-in-90-days': all(none('mail opened', within('P90D')), consents),
  'opened-a-campaign': all(atLeast(1, 'mail opened', is('campaign', 'c7'))),
  'site-away-for-a-month': all(none('page', within('P30D')), atLeast(1, 'page', within('P180D'))),
  // Together.
  'best-customers': all(segment('spent-500-this-year'), atLeast(3, 'order', within('P180D')), consents),
  'best-in-dach': all(segment('best-customers'), segment('dach-countries')),
  'going-away': all(segment('ordered-ever'), none('order', within('P90D')), none('page', within('P30D'))),
  'going-away-and-reachable': all(segment('going-away'), segment('may-be-written-to')),
  'plus-and-active': all(segment('plus-plan'), segment('ordered-within-a-month')),
  'pro-or-plus-and-rich': all(any(is('plan', 'pro'), is('plan', 'plus')), is('points', 4000, '>=')),
  'young-and-new': all(is('birthYear', 1990, '>='), segment('first-order-lately')),
  'pilot-of-the-best': all(segment('best-customers'), is('$share.pilot', 10, '<')),
};
