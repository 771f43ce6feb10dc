import type { Category } from '../../loop/loop.ts';
import { categories } from '../../loop/loop.ts';
import type { JsonObject } from '../../plugin/json.ts';

/** Events that Segment's specifications name, and which of the six kinds of information each is. Any other is a contact. */
const wellKnown: Record<string, Category> = {
  'signed up': 'basic',
  'account created': 'basic',
  'account deleted': 'basic',
  identify: 'basic',
  group: 'basic',
  alias: 'basic',
  'checkout started': 'order',
  'checkout step viewed': 'order',
  'checkout step completed': 'order',
  'order placed': 'order',
  'order updated': 'order',
  'order completed': 'order',
  'order cancelled': 'order',
  'subscription started': 'order',
  'subscription renewed': 'order',
  'subscription cancelled': 'order',
  'trial started': 'order',
  'trial ended': 'order',
  'payment info entered': 'payment',
  'payment made': 'payment',
  'payment failed': 'payment',
  'order refunded': 'payment',
  'invoice issued': 'payment',
  'invoice paid': 'payment',
  'product reviewed': 'service',
  'support ticket opened': 'service',
  'support ticket closed': 'service',
  'ticket created': 'service',
  'ticket solved': 'service',
  complaint: 'service',
  'complaint made': 'service',
  'score computed': 'analysis',
  'experiment viewed': 'analysis',
};

/** Its own `category` when that is one of the six, else by its name. */
export function categoryOf(event: string, properties: JsonObject): Category {
  const own = properties['category'];
  const named = categories.find((category) => category === own);
  if (named) return named;
  const name = event.toLowerCase();
  return (Object.hasOwn(wellKnown, name) ? wellKnown[name] : undefined) ?? 'contact';
}
