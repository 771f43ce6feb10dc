import type { Merge, Patch, Proposed, WriterType, Written } from '../plugin/index.ts';
import type { Transaction } from '../store/index.ts';
import type { Failed } from './attempt.ts';
import { attempt, within } from './attempt.ts';
import { checkPatch } from './check-patch.ts';
import type { BatchRow } from './handler-batch.ts';
import { handleBatch } from './handler-batch.ts';
import { takeIn } from './happenings.ts';
import { merge } from './merge.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';
import { Touched } from './touched.ts';

/** Hands the next batch to a writer; what it changes and who moves on are saved together. */
export async function workWriter(parts: Parts, station: Station, now: number): Promise<number> {
  const type = station.node.type as WriterType;
  const source = `${station.version.loop.id}/${station.node.id}`;
  return handleBatch(parts, station, now, chunk.handler, 'handle', async (batch) => {
    const ports = new Map<number, number>();
    const patches: Patch[] = [];
    const merges: Merge[] = [];
    const proposals: Proposed[] = [];
    const failed: Failed<BatchRow>[] = [];
    for (const [era, rows] of batch.byTurn) {
      const settings = settingsIn(station, era);
      const outcome = await attempt(rows, async (some) => {
        const written = await within(parts.limits.handlerTimeout, type.type, (signal) =>
          type.handle({
            settings,
            now,
            log: parts.log,
            signal,
            batch: some.map((row) => row.customer),
            read: parts.reader(now),
          }),
        );
        const answer = checked(type, station, some, written);
        await expectKnown(parts, [
          ...answer.merges,
          ...answer.proposals.map(({ customer, other }) => ({ customer, into: other, why: 'proposed' })),
        ]);
        return answer;
      });
      for (const { result } of outcome.results) {
        for (const [index, port] of result.ports) ports.set(index, port);
        patches.push(...result.patches);
        merges.push(...result.merges);
        proposals.push(...result.proposals);
      }
      failed.push(...outcome.failed);
    }
    const also = async (tx: Transaction, stillThere: ReadonlySet<number>) => {
      let again = false;
      const wanted = patches.filter((patch) => stillThere.has(patch.customer));
      if (wanted.length > 0) {
        const { events, related } = await parts.customers.applyPatches(tx, wanted, { now, source });
        const touched = new Touched().related(related, wanted);
        for (const patch of wanted) touched.record(patch.customer, patch);
        again = await takeIn(parts, tx, { events, touched }, now);
      }
      if (proposals.length > 0) await parts.customers.propose(tx, proposals, now);
      if (merges.length === 0) return { again };
      await mergeFrom(parts, tx, merges, { rows: batch.rows, source, now });
      return { again: true };
    };
    return { ports, failed, also };
  });
}

/**
 * Merges customers. One of this batch whose survivor stands in the loop too leaves by the port that its node has named; the
 * enrollment of any other goes on as the survivor's.
 */
async function mergeFrom(
  parts: Parts,
  tx: Transaction,
  merges: readonly Merge[],
  { rows, source, now }: { rows: readonly BatchRow[]; source: string; now: number },
): Promise<void> {
  const leaving = new Set(rows.map(({ claimed }) => `${claimed.customer} ${claimed.n}`));
  const here = (customer: number, n: number) => leaving.has(`${customer} ${n}`);
  const merged = await merge(parts, tx, merges, { now, actor: source, here });
  const touched = merged.flatMap(({ customer, into }) => [customer, into]);
  await takeIn(parts, tx, { events: [], touched }, now);
}

/** Refuses an answer that names customers it was not given or ports that do not exist: whoever is in that batch is parked. */
function checked(type: WriterType, station: Station, rows: readonly BatchRow[], written: Written) {
  if (typeof written !== 'object' || written === null)
    throw new Error(
      `${type.type}: expected an object with patches, merges or ports, got ${written === null ? 'null' : typeof written}`,
    );
  const known = new Set(rows.map((row) => row.customer.id));
  const { patches = [], merges = [], proposals = [], ports: named = new Map<number, string>() } = written;
  for (const [what, list] of Object.entries({ patches, merges, proposals }))
    if (!Array.isArray(list) || list.some((each) => typeof each !== 'object' || each === null))
      throw new Error(`${type.type}: expected ${what} as a list of objects`);
  if (!(named instanceof Map))
    throw new Error(`${type.type}: expected ports as a map of customer ids, got ${typeof named}`);
  for (const patch of patches) {
    if (!known.has(patch.customer))
      throw new Error(
        `${type.type}: expected patches for the customers of the batch, got one for ${String(patch.customer)}`,
      );
    checkPatch(type.type, patch);
  }
  for (const { customer, into } of merges)
    if (!Number.isSafeInteger(customer) || !Number.isSafeInteger(into) || customer === into)
      throw new Error(
        `${type.type}: expected merges of one customer into another, got ${String(customer)} into ${String(into)}`,
      );
  const ports = rows.map((row): [number, number] => {
    const port = named.get(row.customer.id);
    return [row.index, port === undefined ? 0 : portIndex(station, port)];
  });
  for (const { customer, other, score } of proposals)
    if (
      !Number.isSafeInteger(customer) ||
      !Number.isSafeInteger(other) ||
      customer === other ||
      !(score >= 0 && score <= 1)
    )
      throw new Error(
        `${type.type}: expected proposals of two customers with a score between 0 and 1, got ${String(customer)} and ${String(other)} with ${String(score)}`,
      );
  return { ports, patches, merges, proposals };
}

/** A merge of somebody who is not in the customer base would fail with the whole batch. */
async function expectKnown({ db, customers }: Parts, merges: readonly Merge[]): Promise<void> {
  if (merges.length === 0) return;
  const named = merges.flatMap(({ customer, into }) => [customer, into]);
  await db.read((tx) => customers.findSurvivors(tx, named, 'a merge'));
}
