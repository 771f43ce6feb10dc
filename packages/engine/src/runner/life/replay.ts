import type { Parts } from '../parts.ts';
import { chunk } from '../parts.ts';
import type { Station } from '../station.ts';
import type { Counted } from './audit-trail.ts';
import { inChunks } from './audit-trail.ts';
import type { Intervention } from './cancel.ts';
import { locateThose } from './cancel.ts';
import { endThose } from './end-those.ts';
import { LifeError, unsound } from './life-error.ts';
import type { Selection } from './selection.ts';
import { describeSelection, resolveSelection } from './selection.ts';

/**
 * Once more from an entry of the newest version, whatever its rule about coming again, for those who have ever been in the
 * loop: with every key that they were in it with. Whoever is still in the loop is taken out of it first.
 */
export async function replay(
  parts: Parts,
  loop: string,
  selection: Selection,
  { node, dryRun }: { node?: string | undefined; dryRun: boolean },
  actor: string,
): Promise<Intervention> {
  const { db, store, clock } = parts;
  const { selected, would } = await db.read(async (tx) => {
    const found = await resolveSelection(parts, tx, loop, selection, clock.now());
    return { selected: found, would: found && dryRun ? await store.countVisitors(tx, loop, found) : undefined };
  });
  const entry = entryOf(parts, loop, node);
  if (!selected || dryRun) return { enrollments: would?.live ?? 0, entered: would?.visitors ?? 0, dryRun };
  const { enrollments = 0, entered = 0 } = await inChunks(
    parts,
    {
      loop,
      actor,
      action: 'replay',
      detail: { selection: describeSelection(selection), node: entry.node.id, version: entry.version.number },
    },
    0,
    async (tx, above, now) => {
      // Who is enrolled anew comes later in the order of enrollments, but not in that of customers: nobody is replayed twice.
      const visitors = await store.selectVisitors(tx, selected, { above, limit: chunk.handler });
      const last = visitors.at(-1);
      if (!last) return { counts: {} as Counted, next: undefined };
      await store.lockCustomers(tx, [...new Set(visitors.map(([customer]) => customer))]);
      const live = await locateThose(parts, tx, await store.liveOf(tx, loop, visitors));
      await endThose(
        parts,
        tx,
        live,
        { outcome: 'cancelled', detail: 'the customer begins the loop anew, by hand' },
        now,
      );
      const came = await store.enterCustomers(tx, {
        loop,
        version: entry.version.id,
        node: entry.ref,
        now,
        since: Number.MAX_SAFE_INTEGER,
        worker: parts.worker.slot,
        entrants: visitors,
      });
      return { counts: { enrollments: live.length, entered: came }, next: last[0] };
    },
  );
  return { enrollments, entered, dryRun };
}

/** An entry of the loop's newest version, its first unless told. */
export function entryOf(parts: Parts, loop: string, node: string | undefined): Station {
  const version = parts.stations.newest().find((each) => each.loop.id === loop);
  if (!version) throw new LifeError('conflict', `the loop ${loop} lets nobody in: it is archived, or cannot run`);
  const { entries } = version.compiled;
  const station = version.stations.get(node ?? entries[0] ?? '');
  if (station && entries.includes(station.node.id)) return station;
  throw unsound(`the loop ${loop} has no entry ${node}: expected one of ${entries.join(', ')}`);
}
