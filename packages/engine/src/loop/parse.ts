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

/** What a schema has to say, a problem an issue. `base` is where the checked value stands in the document. */
export function problemsOf(error: ZodError, base: readonly PropertyKey[], code: string): Problem[] {
  return error.issues.map((issue) => ({
    level: 'error',
    code,
    path: pathText([...base, ...issue.path]) || '(document)',
    message: issue.message,
  }));
}

/** Reads a loop document, or says all that its schema finds wrong with it. */
export function parseLoop(document: unknown): Loop {
  const parsed = loopSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const id = (document as { id?: unknown } | null)?.id;
  throw new LoopError(typeof id === 'string' ? id : '(without id)', problemsOf(parsed.error, [], 'schema'));
}
