import type { LifeState } from '../../machine/index.ts';
import { mayHappen } from '../../machine/index.ts';
import { nodesOfVersions, overdueOf } from '../../runner/index.ts';
import type { LifePort, LoopStatus } from '../../server/index.ts';
import type { StoredState, Transaction } from '../../store/index.ts';
import {
  countLiveIn,
  countMessages,
  countNodes,
  loadVersions,
  nextDueAt,
  readAudit,
  readLoopState,
} from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';

interface Parts {
  host: EngineHost;
  read: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
  now: () => number;
}

/** The life of loops: what is asked is read here, what is done goes through the engine's thread. */
export function createLifePort({ host, read, now }: Parts): LifePort {
  /** Asks about a loop, if there is one. */
  const ask = <T>(loop: string, work: (tx: Transaction, state: StoredState) => Promise<T>): Promise<T | undefined> =>
    read(async (tx) => {
      const state = await readLoopState(tx, loop);
      return state && work(tx, state);
    });
  return {
    status: (loop) => ask(loop, statusOf),
    audit: (loop, limit) =>
      ask(loop, async (tx) =>
        (await readAudit(tx, loop, limit)).map(({ detail, ...row }) => ({ ...row, detail: JSON.parse(detail) })),
      ),
    overdue: (loop) => ask(loop, (tx, state) => overdueOf(tx, state, now())),
    pause: (loop, actor) => host.pauseLoop(loop, actor),
    resume: (loop, choice, actor) => host.resumeLoop(loop, choice, actor),
    archive: (loop, actor) => host.archiveLoop(loop, actor),
    restore: (loop, actor) => host.restoreLoop(loop, actor),
    migrate: (loop, migration, actor) => host.migratePeople(loop, migration, actor),
    cancel: (loop, selection, options, actor) => host.cancel(loop, selection, options, actor),
    replay: (loop, selection, options, actor) => host.replay(loop, selection, options, actor),
    retry: (loop, selection, options, actor) => host.retry(loop, selection, options, actor),
    release: (loop, selection, options, actor) => host.release(loop, selection, options, actor),
    redrive: (loop, messages, options, actor) => host.redrive(loop, messages, options, actor),
    enter: (loop, entry, actor) => host.enterLoop(loop, entry, actor),
  };
}

async function statusOf(tx: Transaction, stored: StoredState): Promise<LoopStatus> {
  const { loop, name, since } = stored;
  const state = stored.state as LifeState;
  const versions = await loadVersions(tx, loop);
  const nodes = nodesOfVersions(versions);
  const refs = nodes.map(({ ref }) => ref);
  const counts = await countNodes(tx, refs, false);
  const live = await countLiveIn(
    tx,
    versions.map(({ id }) => id),
  );
  const messages = await countMessages(tx, refs);
  return {
    loop,
    name,
    state: state === 'archived-still' ? 'archived' : state,
    since,
    may: mayHappen(state),
    versions: versions.map(({ id, number, publishedAt, turns }) => ({
      version: number,
      publishedAt,
      turns,
      live: live.get(id) ?? 0,
      parked: nodes.reduce(
        (sum, { ref, version }) => sum + (version.id === id ? (counts.get(ref)?.parked ?? 0) : 0),
        0,
      ),
    })),
    // A node that nobody is at says nothing.
    nodes: nodes.flatMap(({ ref, node, version }) => {
      const { waiting = 0, parked = 0 } = counts.get(ref) ?? {};
      if (waiting + parked === 0) return [];
      return [{ node: node.id, label: node.data.label || node.id, version: version.number, waiting, parked }];
    }),
    messages: {
      queued: messages.queued ?? 0,
      sending: messages.sending ?? 0,
      sent: messages.sent ?? 0,
      failed: messages.failed ?? 0,
      unknown: messages.unknown ?? 0,
      suppressed: messages.suppressed ?? 0,
    },
    nextDue: (await nextDueAt(tx, refs)) ?? null,
  };
}
