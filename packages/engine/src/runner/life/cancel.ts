import type { Located, Selected, Transaction, Who } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import { chunk } from '../parts.ts';
import type { Chunk } from './audit-trail.ts';
import { inChunks } from './audit-trail.ts';
import type { Ending } from './end-those.ts';
import { endThose, locatedAt } from './end-those.ts';
import type { Selection } from './selection.ts';
import { describeSelection, resolveSelection } from './selection.ts';
import type { Place } from './walk-standing.ts';
import { start, walkStanding } from './walk-standing.ts';

/** What an intervention has changed or, with a dry run, would change. */
export interface Intervention {
  enrollments: number;
  entered?: number;
  messages?: number;
  dryRun: boolean;
}

const ending: Ending = { outcome: 'cancelled', detail: 'the customer was taken out of the loop by hand' };

/** Ends live enrollments wherever they stand; their queued messages are suppressed. */
export async function cancel(
  parts: Parts,
  loop: string,
  selection: Selection,
  { dryRun }: { dryRun: boolean },
  actor: string,
): Promise<Intervention> {
  const { db, store, clock } = parts;
  const { selected, count } = await db.read(async (tx) => {
    const found = await resolveSelection(parts, tx, loop, selection, clock.now());
    return { selected: found, count: found && dryRun ? await store.countLive(tx, found) : 0 };
  });
  if (!selected || dryRun) return { enrollments: count, dryRun };
  const row = { loop, actor, action: 'cancel', detail: { selection: describeSelection(selection) } };
  const { enrollments = 0 } = selected.nodes
    ? await inChunks<AtNodes>(parts, row, start, (tx, place, now) =>
        cancelAt(parts, tx, { loop, selected, place, now }),
      )
    : await inChunks<Who>(parts, row, [0, 0], async (tx, after, now) => {
        const those = await store.selectLive(tx, selected, { after, limit: chunk.set });
        const located = await locateThose(parts, tx, those);
        await endThose(parts, tx, located, ending, now);
        return { counts: { enrollments: located.length }, next: those.at(-1) };
      });
  return { enrollments, dryRun };
}

/**
 * Those of these enrollments who are in the loop, with where they stand. Where several engines work side by side one may
 * have moved somebody on between the look at the journal and the one at the position: whoever is missing is looked for again.
 */
export async function locateThose(parts: Parts, tx: Transaction, only: readonly Who[]): Promise<Located[]> {
  const found: Located[] = [];
  let missing = only;
  for (let tries = 0; missing.length > 0 && tries < 3; tries++) {
    const located = await parts.store.locate(tx, {
      customers: [],
      only: missing,
      targetOf: (node, port) => parts.stations.byRef(node)?.targets[port]?.ref,
    });
    found.push(...located);
    const known = new Set(located.map(({ customer, n }) => `${customer} ${n}`));
    missing = missing.filter(([customer, n]) => !known.has(`${customer} ${n}`));
    if (!parts.db.shared) break;
  }
  return found;
}

/** First in the order that they stand in at the nodes that were named, then those who are parked there. */
type AtNodes = Place | { parkedAfter: Who };

async function cancelAt(
  parts: Parts,
  tx: Transaction,
  { loop, selected, place, now }: { loop: string; selected: Selected; place: AtNodes; now: number },
): Promise<Chunk<AtNodes>> {
  const { store } = parts;
  if ('i' in place) {
    const nodes = selected.nodes as readonly number[];
    const found = await walkStanding(parts, tx, nodes, { place, until: store.forever, selected });
    if (!found) return { counts: {}, next: { parkedAfter: [0, 0] } };
    await endThose(parts, tx, locatedAt(found.node, found.rows, loop), ending, now);
    return { counts: { enrollments: found.rows.length }, next: found.next };
  }
  const parked = await store.selectParked(tx, selected, { after: place.parkedAfter, limit: chunk.set });
  const located = parked.map((row): Located => ({ ...row, loop, key: '', at: 'parked' }));
  await endThose(parts, tx, located, ending, now);
  const last = parked.at(-1);
  return { counts: { enrollments: parked.length }, next: last && { parkedAfter: [last.customer, last.n] } };
}
