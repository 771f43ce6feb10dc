import type { LifeEvent, LifeState } from '../../machine/index.ts';
import { mayHappen, nextLife } from '../../machine/index.ts';
import type { Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import { LifeError } from './life-error.ts';

const pastOf: Record<LifeEvent, string> = {
  publish: 'published',
  pause: 'paused',
  resume: 'resumed',
  archive: 'archived',
  restore: 'restored',
};
const inWords: Record<LifeState, string> = {
  draft: 'has never been published',
  running: 'is running',
  paused: 'is paused',
  archived: 'is archived',
  'archived-still': 'is archived',
};

/** What a loop is now, kept to the end of the transaction, and what it would be after an event. Throws where that may not happen. */
export async function decideLife(
  parts: Parts,
  tx: Transaction,
  loop: string,
  event: LifeEvent,
): Promise<{ state: LifeState; next: LifeState; since: number }> {
  const row = await parts.store.lockLoopState(tx, loop);
  if (!row) throw new LifeError('unknown', `there is no loop ${loop}`);
  const state = row.state as LifeState;
  const next = nextLife(state, event);
  if (next) return { state, next, since: row.since };
  const may = mayHappen(state).map((each) => pastOf[each]);
  throw new LifeError(
    'conflict',
    `the loop ${loop} ${inWords[state]}, so it cannot be ${pastOf[event]}: it can be ${may.join(' or ')}`,
  );
}

/** Changes a loop's life as an event does, and says so in the audit. */
export async function changeLife(
  parts: Parts,
  tx: Transaction,
  { loop, event, actor, detail = {} }: { loop: string; event: LifeEvent; actor: string; detail?: object },
): Promise<LifeState> {
  const { store, clock } = parts;
  const { state, next } = await decideLife(parts, tx, loop, event);
  const now = clock.now();
  if (next !== state) await store.setLoopState(tx, { loop, state: next, now });
  await store.writeAudit(tx, { loop, at: now, actor, action: event, detail });
  return next;
}
