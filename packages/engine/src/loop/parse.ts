import type { ZodError } from 'zod';
import type { Loop } from './loop.ts';
import { loopSchema } from './loop.ts';
import type { Problem } from './problem.ts';
import { LoopError } from './problem.ts';

/** A path as a reader of JSON writes it: `nodes[3].data.label`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  );
}

/**
 * What a schema has to say, a problem an issue. `base` is where the checked value stands in the document; `value` is what
 * was checked, so that a problem can say what came.
 */
export function problemsOf(error: ZodError, base: readonly PropertyKey[], code: string, value?: unknown): Problem[] {
  return error.issues.map((issue) => {
    const got = saysWhatCame(issue.message) ? undefined : shown(valueAt(value, issue.path));
    return {
      level: 'error',
      code,
      path: pathText([...base, ...issue.path]) || '(document)',
      message: issue.message.replace(/^Invalid [a-z]+: (?=expected)/, '') + (got === undefined ? '' : `, got ${got}`),
    };
  });
}

const saysWhatCame = (message: string) => /\b(got|received)\b/.test(message);

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );

function shown(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  return text === undefined || text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

/** Reads a loop document, or says all that its schema finds wrong with it. */
export function parseLoop(document: unknown): Loop {
  const parsed = loopSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const id = valueAt(document, ['id']);
  const problems = problemsOf(parsed.error, [], 'schema', document).map((problem, i) => ({
    ...problem,
    ...ownerOf(document, parsed.error.issues[i]?.path ?? []),
  }));
  throw new LoopError(typeof id === 'string' ? id : '(without id)', problems);
}

/** The node or the edge that a path leads into, where the document says how it is called. */
function ownerOf(document: unknown, [list, index]: readonly PropertyKey[]): { node?: string } | { edge?: string } {
  if (index === undefined || (list !== 'nodes' && list !== 'edges')) return {};
  const id = valueAt(document, [list, index, 'id']);
  if (typeof id !== 'string') return {};
  return list === 'nodes' ? { node: id } : { edge: id };
}
