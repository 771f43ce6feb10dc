import type { Parts } from './parts.ts';
import type { SegmentDraft } from './edit-segments.ts';
import { putSegment, removeSegmentIn } from './edit-segments.ts';

/** A typology as it was worked out and named: its groups become segments. `settings` and `profile` are JSON text. */
export interface TypologyDraft {
  id: string;
  name: string;
  method: string;
  settings: string;
  profile: string;
  groups: readonly SegmentDraft[];
}

/**
 * Saves a typology and its groups in one transaction. One that was there is worked out anew: groups that it no longer has go,
 * unless a loop or another segment uses one: then nothing is saved, and the error says who.
 */
export async function saveTypology(parts: Parts, { groups, ...typology }: TypologyDraft): Promise<void> {
  const { db, store, clock } = parts;
  await db.write(async (tx) => {
    await store.saveTypology(tx, { ...typology, madeAt: clock.now() });
    for (const group of groups) await putSegment(parts, tx, { ...group, typology: typology.id });
    const kept = new Set(groups.map(({ id }) => id));
    for (const segment of await store.listSegments(tx))
      if (segment.typology === typology.id && !kept.has(segment.id)) await removeSegmentIn(parts, tx, segment.id);
  }, 'publish');
}

/** Its groups stay, as segments like any other. False if there is none. */
export const removeTypology = ({ db, store }: Parts, id: string): Promise<boolean> =>
  db.write((tx) => store.deleteTypology(tx, id), 'publish');
