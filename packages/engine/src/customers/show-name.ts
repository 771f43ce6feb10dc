import type { Identity } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';

/** The traits that say what somebody is called, wherever they come from. */
export const nameTraits = ['name', 'fullName', 'full_name', 'firstName', 'first_name', 'lastName', 'last_name'];

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

/** What somebody is called, if that is known. */
export function nameOf(traits: Readonly<JsonObject>): string | null {
  const whole = text(traits.name) ?? text(traits.fullName) ?? text(traits.full_name);
  if (whole !== null) return whole;
  const first = text(traits.firstName) ?? text(traits.first_name);
  const given = text(traits.lastName) ?? text(traits.last_name);
  return [first, given].filter((part) => part !== null).join(' ') || null;
}

/** The trait of a kind, else the first identity of that kind. */
export const reachedBy = (
  kind: 'email' | 'phone',
  traits: Readonly<JsonObject>,
  identities: readonly Identity[],
): string | null => text(traits[kind]) ?? identities.find((identity) => identity.kind === kind)?.value ?? null;
