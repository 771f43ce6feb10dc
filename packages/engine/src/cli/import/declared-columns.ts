import type { AttributeType } from '../../plugin/attribute-type.ts';
import type { SourcePreview, SourceType } from '../../plugin/index.ts';

/** How a reader of files and tables calls the types that traits are declared to be; it has no word for anything. */
const readAs: Partial<Record<AttributeType, string>> = {
  text: 'text',
  number: 'number',
  boolean: 'boolean',
  instant: 'date',
  list: 'json',
  object: 'json',
};

/**
 * The settings of a source with the columns of declared traits read as what these are declared to be, where a column looks like
 * something else and the settings say nothing of its type; undefined where that changes nothing. Here text becomes a number, where
 * somebody has said that it spells one: further in nothing is converted.
 */
export function readAsDeclared(
  type: SourceType,
  settings: unknown,
  { columns }: SourcePreview,
  declared: ReadonlyMap<string, AttributeType>,
): unknown {
  const own = settings as { columns?: Record<string, unknown> };
  if (declared.size === 0 || typeof own.columns !== 'object') return undefined;
  const said = columns.flatMap(({ name, trait, identity, type: found }): [string, object][] => {
    const wanted = trait === undefined ? undefined : readAs[declared.get(trait) ?? 'any'];
    const mapped = Object.hasOwn(own.columns ?? {}, name) ? own.columns?.[name] : undefined;
    if (wanted === undefined || wanted === found || (mapped !== undefined && typeof mapped !== 'object')) return [];
    if (mapped && 'type' in mapped && mapped.type !== undefined) return [];
    return [[name, { trait, ...(identity === undefined ? {} : { identity }), ...mapped, type: wanted }]];
  });
  if (said.length === 0) return undefined;
  // A column may be called __proto__.
  const all = Object.fromEntries([...Object.entries(own.columns), ...said]);
  const parsed = type.settings.safeParse({ ...own, columns: all });
  return parsed.success ? parsed.data : undefined;
}
