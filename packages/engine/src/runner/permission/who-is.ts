import type { LinkClaim } from '../../customers/index.ts';
import type { JsonObject } from '../../plugin/index.ts';
import type { Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';

/** Who is left of the customer whom a link names, after all merges. Undefined once they have been erased. */
export async function whoIs(parts: Parts, tx: Transaction, customer: number): Promise<number | undefined> {
  try {
    const survivors = await parts.customers.findSurvivors(tx, [customer], 'a link');
    const left = survivors.get(customer) as number;
    return (await parts.store.isErased(tx, left)) ? undefined : left;
  } catch (error) {
    if (error instanceof parts.customers.UnknownCustomerError) return undefined;
    throw error;
  }
}

/** The languages that a customer's own traits name. */
export function languagesIn(traits: Readonly<JsonObject>): string[] {
  return ['language', 'locale', 'lang'].flatMap((name) => {
    const value = Object.hasOwn(traits, name) ? traits[name] : undefined;
    return typeof value === 'string' && value.length <= 35 ? [value.replaceAll('_', '-')] : [];
  });
}

/** Where a link was, as people know it: the loop and its node. */
export function placeOf(parts: Parts, { node }: Pick<LinkClaim, 'node'>): { loop?: string; node?: string } {
  const station = parts.stations.byRef(node);
  return station ? { loop: station.version.loop.id, node: station.node.id } : {};
}
