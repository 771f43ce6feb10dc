import type { Problem } from '@osicam/engine/loop';

/** Where inside the settings a problem lies, out of a path such as `nodes[3].data.settings.cases[0].when`. */
export function settingsPath(path: string): (string | number)[] | undefined {
  const found = /^nodes\[\d+\]\.data\.settings(?=$|[.[])/.exec(path);
  if (!found) return undefined;
  const rest = path.slice(found[0].length);
  return [...rest.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) =>
    name === undefined ? Number(index) : name,
  );
}

interface Errors {
  __errors?: string[];
  [key: string]: unknown;
}

/** Problems as the form's tree of errors, each at its own field. */
export function errorsAt(problems: readonly Problem[]): Errors {
  const root: Errors = {};
  for (const problem of problems) {
    const path = settingsPath(problem.path);
    if (!path || path.length === 0) continue;
    let at = root;
    for (const key of path) at = (at[key] ??= {}) as Errors;
    // oxlint-disable-next-line no-underscore-dangle -- the form library's own name
    (at.__errors ??= []).push(problem.message.endsWith('received undefined') ? 'This is needed.' : problem.message);
  }
  return root;
}
