import type { PackedRecords } from '../../customers/index.ts';

/**
 * Records on their way to another thread. Two long texts are copied at once, where tens of thousands of short ones are
 * copied one by one.
 */
export interface WirePack extends Omit<PackedRecords, 'traits' | 'values' | 'events'> {
  count: number;
  traits: string;
  values: string;
  events: string;
}

/** JSON text holds no line end of its own. */
const separator = '\n';

export const toWire = ({ traits, values, events, ...rest }: PackedRecords): WirePack => ({
  ...rest,
  count: traits.length,
  traits: traits.join(separator),
  values: JSON.stringify(values),
  events: events.length === 0 ? '' : JSON.stringify(events),
});

export const fromWire = ({ traits, values, events, ...rest }: WirePack): PackedRecords => ({
  ...rest,
  traits: traits.split(separator),
  values: JSON.parse(values) as string[],
  events: events === '' ? [] : (JSON.parse(events) as PackedRecords['events']),
});
