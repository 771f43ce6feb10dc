import type { z } from 'zod';

export interface ToldIssue {
  path: PropertyKey[];
  message: string;
}

/**
 * What is wrong with a document, where zod says of a union only that nothing fits: then it is what is wrong by the
 * alternative that was meant, the one of the right kind with the least against it.
 */
export const toldIssues = (error: z.ZodError): ToldIssue[] => error.issues.flatMap((issue) => told(issue, []));

function told(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): ToldIssue[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    const meant = issue.errors
      .filter((issues) => !issues.some((each) => each.path.length === 0 && isOfAnotherKind(each)))
      .sort((a, b) => a.length - b.length)[0];
    if (meant) return meant.flatMap((each) => told(each, path));
  }
  return [{ path, message: issue.message }];
}

const isOfAnotherKind = ({ code }: z.core.$ZodIssue): boolean => code === 'invalid_type' || code === 'invalid_value';
