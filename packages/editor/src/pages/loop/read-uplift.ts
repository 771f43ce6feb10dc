import type { Json, JsonObject } from '../../api/contract.ts';

export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

export interface Arm {
  port: string;
  customers: number;
  /** Of them, how many may still reach the goal. */
  open: number;
  conversions: number;
  rate: number | null;
  messages: number | null;
  cost: number | null;
  uplift: (Interval & { pValue: number | null }) | null;
  extra: Interval | null;
  value: Interval | null;
  return: number | null;
}

export interface Uplift {
  goal: string;
  within: string | null;
  currency: string | undefined;
  holdout: Arm;
  treated: Arm;
  arms: Arm[];
  by: string | null;
  groups: { group: string; treated: Arm; holdout: Arm }[];
  learning: string | null;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);
const text = (value: Json | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

function interval(value: Json | undefined): Interval | null {
  if (!isObject(value)) return null;
  const estimate = number(value['estimate']) ?? number(value['difference']);
  const low = number(value['low']);
  const high = number(value['high']);
  return estimate === null || low === null || high === null ? null : { estimate, low, high };
}

function arm(value: Json | undefined, port: string): Arm | undefined {
  if (!isObject(value) || typeof value['customers'] !== 'number') return undefined;
  const uplift = interval(value['uplift']);
  return {
    port: text(value['port']) ?? port,
    customers: value['customers'],
    open: number(value['open']) ?? 0,
    conversions: number(value['conversions']) ?? 0,
    rate: number(value['rate']),
    messages: number(value['messages']),
    cost: number(value['cost']),
    uplift: uplift && { ...uplift, pValue: isObject(value['uplift']) ? number(value['uplift']['pValue']) : null },
    extra: interval(value['incrementalConversions']),
    value: interval(value['incrementalValue']),
    return: number(value['return']),
  };
}

/** Figures that compare treated with held out, by whichever node type gave them; undefined when they say something else. */
export function readUplift(figures: JsonObject): Uplift | undefined {
  const holdout = arm(figures['holdout'], 'holdout');
  const treated = arm(figures['treated'], 'treated');
  if (!holdout || !treated) return undefined;
  const list = (value: Json | undefined) => (Array.isArray(value) ? value : []);
  return {
    goal: text(figures['goal']) ?? 'the goal',
    within: text(figures['within']),
    currency: text(figures['currency']) ?? undefined,
    holdout,
    treated,
    arms: list(figures['arms']).flatMap((one) => arm(one, '') ?? []),
    by: text(figures['by']),
    groups: list(figures['groups']).flatMap((group) => {
      if (!isObject(group)) return [];
      const of = arm(group['treated'], 'treated');
      const against = arm(group['holdout'], 'holdout');
      return of && against ? [{ group: text(group['group']) ?? '(none)', treated: of, holdout: against }] : [];
    }),
    learning: text(figures['learning']),
  };
}
