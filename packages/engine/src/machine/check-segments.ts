import type { Loop, Problem } from '../loop/index.ts';
import { pathText } from '../loop/index.ts';
import type { AnyNodeType } from '../plugin/index.ts';
import { z } from '../plugin/index.ts';

type Path = readonly (string | number)[];
interface Named {
  path: Path;
  segment: string;
  node?: string;
}

type Nodes = ReadonlyMap<string, { type: AnyNodeType; settings: unknown }>;

/** Every place of a loop that names a segment which is not there. */
export function checkSegments(loop: Loop, nodes: Nodes, known: ReadonlySet<string>): Problem[] {
  return namedIn(loop, nodes)
    .filter(({ segment }) => !known.has(segment))
    .map(({ path, segment, node }) => ({
      level: 'error',
      code: 'unknown-segment',
      ...(node === undefined ? {} : { node }),
      path: pathText(path),
      message: `there is no segment "${segment}": create it, or choose another`,
    }));
}

/** The segments that a loop names, each once. */
export const segmentsNamed = (loop: Loop, nodes: Nodes): string[] => [
  ...new Set(namedIn(loop, nodes).map(({ segment }) => segment)),
];

function namedIn(loop: Loop, nodes: Nodes): Named[] {
  return [
    ...(['goals', 'exits'] as const).flatMap((list) =>
      (loop[list] ?? []).flatMap((each, i): Named[] =>
        each.on === 'segment' ? [{ path: [list, i, 'segment'], segment: each.segment }] : [],
      ),
    ),
    ...loop.nodes.flatMap(({ id }, i): Named[] => {
      const node = nodes.get(id);
      if (!node) return [];
      const base: Path = ['nodes', i, 'data', 'settings'];
      const inSettings = [...inFields(node.settings, schemaOf(node.type), base), ...inRules(node.settings, base)];
      return inSettings.map((each) => ({ ...each, node: id }));
    }),
  ];
}

interface Schema {
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}
const schemas = new WeakMap<AnyNodeType, Schema>();

function schemaOf(type: AnyNodeType): Schema {
  const known = schemas.get(type) ?? (z.toJSONSchema(type.settings, { io: 'input', unrepresentable: 'any' }) as Schema);
  schemas.set(type, known);
  return known;
}

/** Settings that are the id of a segment. */
function inFields(value: unknown, schema: Schema, path: Path): Named[] {
  if (schema.format === 'segment-id') return typeof value === 'string' ? [{ path, segment: value }] : [];
  if (Array.isArray(value))
    return schema.items ? value.flatMap((each, i) => inFields(each, schema.items as Schema, [...path, i])) : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    Object.hasOwn(value, name) ? inFields((value as Record<string, unknown>)[name], inner, [...path, name]) : [],
  );
}

const prefix = '$segment.';

/** Rules that ask for a segment, wherever they stand: a field of such a name is nothing else. */
function inRules(value: unknown, path: Path): Named[] {
  if (Array.isArray(value)) return value.flatMap((each, i) => inRules(each, [...path, i]));
  if (typeof value !== 'object' || value === null) return [];
  const { field, operator } = value as Record<string, unknown>;
  if (typeof field === 'string' && operator !== undefined && field.startsWith(prefix))
    return [{ path: [...path, 'field'], segment: field.slice(prefix.length) }];
  return Object.entries(value).flatMap(([name, each]) => inRules(each, [...path, name]));
}
