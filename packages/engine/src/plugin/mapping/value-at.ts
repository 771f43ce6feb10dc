import type { Json } from '../json.ts';

/**
 * What an object holds under a name, else under a path of names and places with dots between, as `customer.mails.0`. Own
 * properties alone: no path leads to a prototype.
 */
export function valueAt(object: Json | undefined, path: string): Json | undefined {
  if (typeof object !== 'object' || object === null) return undefined;
  if (Object.hasOwn(object, path)) return (object as { [name: string]: Json })[path];
  if (!path.includes('.')) return undefined;
  let value: Json | undefined = object;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    // The length of a list is its own, too.
    if (Array.isArray(value) && !/^\d+$/.test(name)) return undefined;
    value = (value as { [name: string]: Json })[name];
  }
  return value;
}
