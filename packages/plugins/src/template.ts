import type { Customer, PermissionLinks } from '@osicam/engine/plugin';
import type { Template } from 'liquidjs';
import { Liquid } from 'liquidjs';

// What a template may cost: an author's mistake, or a customer's odd trait, must not hold the engine. No files can be
// reached, and of a value only its own properties, so that nothing leads to a constructor.
const limits = {
  parseLimit: 500_000,
  renderLimit: 1000,
  memoryLimit: 2_000_000,
  ownPropertyOnly: true,
  strictFilters: true,
  timezoneOffset: 0,
  templates: {},
};
const engines = { text: new Liquid(limits), html: new Liquid({ ...limits, outputEscape: 'escape' }) };
export type Markup = keyof typeof engines;

const compiled = new Map<string, Template[]>();
const most = 1000;

function compile(text: string, markup: Markup): Template[] {
  const key = `${markup}:${text}`;
  const before = compiled.get(key);
  if (before) return before;
  const template = engines[markup].parse(text);
  // The oldest goes: what is in use comes back at the price of one more parse.
  if (compiled.size >= most) compiled.delete(compiled.keys().next().value as string);
  compiled.set(key, template);
  return template;
}

/** What a template can speak of, besides the customer. */
export interface Scope {
  readonly customer: Customer;
  readonly now: number;
  readonly turn?: number;
  readonly loop?: { readonly id: string; readonly name: string };
  /** Where the customer can say what they want to receive: `links.preferences`, `links.unsubscribe`. */
  readonly links?: Readonly<Record<string, string>> | PermissionLinks | undefined;
}

/** The text of a template for one customer. In HTML every value is escaped. */
export function render(text: string, scope: Scope, markup: Markup = 'text'): string {
  const { customer, now, turn, loop, links = {} } = scope;
  const values = {
    customer: { id: customer.id, ...customer.traits },
    now: new Date(now).toISOString(),
    turn,
    loop,
    links,
  };
  return String(engines[markup].renderSync(compile(text, markup), values, { templateLimit: 100_000 }));
}

/** Why a template cannot be used, or undefined. */
export function templateProblem(text: string): string | undefined {
  try {
    compile(text, 'text');
    return undefined;
  } catch (error) {
    return `expected a Liquid template, got ${(error as Error).message.split('\n')[0]}`;
  }
}

/** Problems of the templates at these paths of the settings. */
export const templateProblems = (templates: readonly (readonly [path: readonly (string | number)[], text: string])[]) =>
  templates.flatMap(([path, text]) => {
    const message = templateProblem(text);
    return message ? [{ path, message }] : [];
  });
