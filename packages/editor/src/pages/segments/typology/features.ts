import type { Fields } from '../../../api/contract.ts';
import type { Feature } from '../../../api/typologies.ts';

/** One that can be ticked. */
export interface Offered {
  key: string;
  label: string;
  feature: Feature;
  /** Whether it is taken unless somebody says otherwise. */
  usual: boolean;
}

/** Names, addresses and keys tell people apart, and groups of them from nothing. */
const personal =
  /(^|[^a-z])(id|name|e-?mail|phone|street|address|postcode|zip|iban|number|key|token|url)([^a-z]|$)|Id$|_at$/i;

export const offeredTraits = (fields: Fields): Offered[] =>
  fields.traits.map(({ name, label = name, type, values }) => ({
    key: `trait ${name}`,
    label,
    feature: { kind: 'trait', name },
    usual:
      !personal.test(name) &&
      (type === 'number' || type === 'boolean' || (values !== undefined && values.length <= 12)),
  }));

export const offeredFigures = (fields: Fields): Offered[] =>
  fields.events.flatMap(({ type, properties, label = type }) => {
    const of = { kind: 'events', event: type } as const;
    return [
      { key: `count ${type}`, label: `how many ${label}`, feature: { ...of, figure: 'count' }, usual: true },
      {
        key: `recency ${type}`,
        label: `days since the last ${label}`,
        feature: { ...of, figure: 'recency' },
        usual: false,
      },
      ...properties
        .filter((name) => isAmount(name))
        .map((property) => ({
          key: `sum ${type} ${property}`,
          label: `sum of ${property} of ${label}`,
          feature: { ...of, figure: 'sum' as const, property },
          usual: true,
        })),
    ] satisfies Offered[];
  });

export const isAmount = (property: string): boolean =>
  /total|amount|value|revenue|price|cost|minor|sum/i.test(property);
