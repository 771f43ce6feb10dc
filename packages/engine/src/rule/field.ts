/** What the name of a rule's field stands for where customers are asked for. */
export type FieldMeaning =
  | { kind: 'trait'; name: string }
  | { kind: 'consent'; channel: string; purpose: string }
  | { kind: 'segment'; id: string }
  | { kind: 'list'; id: string }
  | { kind: 'share'; name: string }
  /** These three are counted, over a group on what each of them has. */
  | { kind: 'changed'; trait: string }
  | { kind: 'related'; group: string }
  | { kind: 'group'; group: string }
  | { kind: 'malformed'; expected: string };

/** Only the names that the engine gives a meaning are taken; `$email` may be a trait, as other tools export it. */
export function readField(name: string): FieldMeaning {
  const [, prefix, rest] = /^\$(segment|consent|list|share|changed|related|group)(?:\.([^]*))?$/.exec(name) ?? [];
  switch (prefix) {
    case 'segment':
    case 'list':
      return rest ? { kind: prefix, id: rest } : { kind: 'malformed', expected: `$${prefix}.<id>` };
    case 'share':
      return rest ? { kind: 'share', name: rest } : { kind: 'malformed', expected: '$share.<name>' };
    case 'changed':
      return rest ? { kind: 'changed', trait: rest } : { kind: 'malformed', expected: '$changed.<trait>' };
    case 'related':
    case 'group':
      return rest ? { kind: prefix, group: rest } : { kind: 'malformed', expected: `$${prefix}.<kind>` };
    case 'consent': {
      const dot = (rest ?? '').indexOf('.');
      if (!rest || dot < 1 || dot === rest.length - 1)
        return { kind: 'malformed', expected: '$consent.<channel>.<purpose>' };
      return { kind: 'consent', channel: rest.slice(0, dot), purpose: rest.slice(dot + 1) };
    }
    default:
      return { kind: 'trait', name };
  }
}

/** What the rules of a group are about: customers (also those related to one), or one of a customer's rows. */
export type Scope = 'customer' | 'related' | RowScope;
export type RowScope = 'event' | 'change' | 'group';

/** The field of a row that is an instant, as its rules call it. */
export const instantOf: Readonly<Record<RowScope, string>> = { event: 'time', change: 'time', group: 'since' };

/** All that can be asked of a change. */
export const changeFields: readonly string[] = ['from', 'to', 'time', 'source'];
