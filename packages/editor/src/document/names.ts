import type { Loop } from '@osicam/engine/loop';

/** Lower-case letters, digits and hyphens, as a loop's id must be. */
export function slug(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
}

/** The first of `base`, `base-2`, `base-3`… that is not taken. */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  for (let count = 2; ; count++) if (!taken.has(`${base}-${count}`)) return `${base}-${count}`;
}

/** An id for a new node that a person can read in a problem or a report: `email`, `email-2`. */
export const nodeId = (document: Loop, type: string): string =>
  freeName(slug(type.split('/').at(-1) ?? type) || 'node', new Set(document.nodes.map((node) => node.id)));

export const edgeId = (source: string, port: string): string => `${source}:${port}`;
