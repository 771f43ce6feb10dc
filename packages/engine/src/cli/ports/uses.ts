import { LoopError, parseLoop } from '../../loop/index.ts';
import { checkLoop, segmentsNamed } from '../../machine/index.ts';
import type { Registry } from '../../plugin/index.ts';
import type { Transaction } from '../../store/index.ts';
import { listDrafts, loadVersions, loopStates } from '../../store/index.ts';

/** A loop that is not archived, and the segments that it names. */
export interface LoopUse {
  id: string;
  name: string;
  /** In its newest version. */
  published: ReadonlySet<string>;
  /** In its draft, which may never have been published. */
  drafted: ReadonlySet<string>;
}

export async function usesOfLoops(tx: Transaction, registry: Registry): Promise<LoopUse[]> {
  const states = await loopStates(tx);
  const uses: LoopUse[] = [];
  for (const { id, name, draft } of await listDrafts(tx)) {
    if (states.get(id) === 'archived') continue;
    const version = (await loadVersions(tx, id)).at(-1)?.document;
    const published = version === undefined ? new Set<string>() : namedIn(version, registry);
    uses.push({ id, name, published, drafted: namedIn(draft, registry) });
  }
  return uses;
}

/** What documents name, by their text: they are many times asked for and seldom changed. */
const known = new Map<string, ReadonlySet<string>>();

function namedIn(document: string, registry: Registry): ReadonlySet<string> {
  const found = known.get(document);
  if (found) return found;
  if (known.size > 500) known.clear();
  const named = read(document, registry);
  known.set(document, named);
  return named;
}

/** A draft may be anything that somebody has begun to draw. */
function read(document: string, registry: Registry): ReadonlySet<string> {
  try {
    const loop = parseLoop(JSON.parse(document));
    return new Set(segmentsNamed(loop, checkLoop(loop, registry).nodes));
  } catch (error) {
    if (error instanceof LoopError) return new Set();
    throw error;
  }
}
