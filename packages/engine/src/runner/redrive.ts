import type { MessageRef } from '../store/index.ts';
import { readMessageKey } from './deliver-message.ts';
import { inChunks } from './life/audit-trail.ts';
import type { Parts } from './parts.ts';

/** Which dead letters of a loop are meant: all of a status, those of a node, or those named by their keys. */
export interface Redrive {
  status: 'failed' | 'unknown';
  keys?: readonly string[] | undefined;
  node?: string | undefined;
}

/** How many messages one transaction puts back. */
const chunk = 5_000;

/**
 * Puts dead letters back into the outbox as if they had never been tried: due now, with their own keys, so that a receiver
 * can still tell a repetition. Whoever does this to a message of which nobody knows decides that it may go out twice. Its
 * customer has gone on long since, and stays where it is. How many; with a dry run, would be.
 */
export async function redrive(
  parts: Parts,
  loop: string,
  { status, keys, node }: Redrive,
  { dryRun }: { dryRun: boolean },
  actor: string,
): Promise<number> {
  const { db, store, stations } = parts;
  const nodes = stations
    .all()
    .filter((version) => version.loop.id === loop)
    .flatMap(({ stations: all }) => [...all.values()])
    .filter((station) => node === undefined || station.node.id === node)
    .map(({ ref }) => ref);
  const messages = keys && (await db.read((tx) => store.findByKeys(tx, refsOf(loop, keys))));
  if (nodes.length === 0 || messages?.length === 0) return 0;
  const letters = { nodes, status, messages };
  if (dryRun) return db.read((tx) => store.countDeadLetters(tx, letters));
  const detail = { status, ...(node === undefined ? {} : { node }), ...(keys ? { keys: keys.length } : {}) };
  const { messages: redriven = 0 } = await inChunks(
    parts,
    { loop, actor, action: 'redrive', detail },
    true,
    async (tx, _, now) => {
      const some = await store.redriveMessages(tx, letters, { now, limit: chunk });
      return { counts: { messages: some }, next: some === chunk ? true : undefined };
    },
  );
  return redriven;
}

/** What keys of this loop name; keys of others, and what is none, name nothing. */
const refsOf = (loop: string, keys: readonly string[]): MessageRef[] =>
  keys.flatMap((key) => (key.startsWith(`${loop}.`) ? (readMessageKey(key) ?? []) : []));
