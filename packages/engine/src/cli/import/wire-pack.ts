import type { PackedRecords } from '../../customers/index.ts';

/**
 * Records on their way to another thread. Two long texts are copied at once, where tens of thousands of short ones are
 * copied one by one.
 */
export interface WirePack extends Omit<PackedRecords, 'traits' | 'values'> {
  count: number;
  traits: string;
  values: string;
}

/** JSON text holds no line end of its own. */
const separator = '\n';

export const toWire = ({ traits, values, ...rest }: PackedRecords): WirePack => ({
  ...rest,
  count: traits.length,
  traits: traits.join(separator),
  values: JSON.stringify(values),
});

export const fromWire = ({ traits, values, ...rest }: WirePack): PackedRecords => ({
  ...rest,
  traits: traits.split(separator),
  values: JSON.parse(values) as string[],
});
