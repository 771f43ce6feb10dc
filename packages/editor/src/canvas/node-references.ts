import type { NodeTypeDescription } from '../api/contract.ts';
import type { IsReference } from '../document/clipboard.ts';

type Any = Record<string, unknown>;

/** Reads from the types' schemas which settings name a node: those with the format `node-id`. */
export const referencesOf =
  (types: ReadonlyMap<string, NodeTypeDescription>): IsReference =>
  (type, path) =>
    formatAt(types.get(type)?.settings, path) === 'node-id';

function formatAt(schema: unknown, path: readonly (string | number)[]): unknown {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const at = schema as Any;
  const [key, ...rest] = path;
  for (const option of [at['anyOf'], at['oneOf']].flat()) {
    const found = option === undefined ? undefined : formatAt(option, path);
    if (found !== undefined) return found;
  }
  if (key === undefined) return at['format'];
  if (typeof key === 'number') return formatAt(at['items'], rest);
  return formatAt((at['properties'] as Any | undefined)?.[key] ?? at['additionalProperties'], rest);
}
