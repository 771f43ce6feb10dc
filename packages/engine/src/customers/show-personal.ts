import { listAttributes } from '../store/attributes.ts';
import type { Transaction } from '../store/database.ts';
import { looksPersonal } from './schema/guess.ts';
import { piiTraits } from './schema/known.ts';

/** Which traits, and which properties of which events, tell who somebody is. */
export interface Personal {
  isPersonal(trait: string): boolean;
  isPersonalProperty(event: string, property: string): boolean;
}

/** As the schema declares it or, where nobody has said so, as their names suggest. */
export async function knownPersonal(tx: Transaction): Promise<Personal> {
  const traits = await piiTraits(tx);
  const properties = new Map((await listAttributes(tx)).map(({ scope, name, pii }) => [`${scope} ${name}`, pii === 1]));
  return {
    isPersonal: (trait) => traits.has(trait),
    isPersonalProperty: (event, property) => properties.get(`${event} ${property}`) ?? looksPersonal(property),
  };
}
