import { useCallback, useSyncExternalStore } from 'react';
import type { Counts, NodeCounts } from '../api/contract.ts';

export interface LiveState {
  readonly counts: Counts | undefined;
  readonly connected: boolean;
  readonly nodes: ReadonlyMap<string, NodeCounts>;
  /** Whether the numbers are shown on the canvas. */
  readonly shown: boolean;
}

/**
 * The latest counts. A node whose numbers are the same keeps its object, so that only what moved is drawn again: the feed
 * speaks four times a second.
 */
export class LiveStore {
  #state: LiveState = { counts: undefined, connected: false, nodes: new Map(), shown: true };
  readonly #listeners = new Set<() => void>();

  get = (): LiveState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  hear(counts: Counts | undefined, connected: boolean): void {
    if (counts === this.#state.counts && connected === this.#state.connected) return;
    const nodes =
      counts === this.#state.counts
        ? this.#state.nodes
        : new Map((counts?.nodes ?? []).map((node) => [node.id, keepEqual(this.#state.nodes.get(node.id), node)]));
    this.#set({ counts, connected, nodes });
  }

  show(shown: boolean): void {
    this.#set({ shown });
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const keepEqual = (before: NodeCounts | undefined, now: NodeCounts): NodeCounts =>
  before && JSON.stringify(before) === JSON.stringify(now) ? before : now;

export const useLiveState = <T>(store: LiveStore, selector: (state: LiveState) => T): T =>
  useSyncExternalStore(store.subscribe, () => selector(store.get()));

/** A node's numbers, or undefined while they are hidden or nothing was ever published. */
export const useNodeCounts = (store: LiveStore, id: string): NodeCounts | undefined =>
  useLiveState(
    store,
    useCallback((state) => (state.shown && (state.counts?.version ?? 0) > 0 ? state.nodes.get(id) : undefined), [id]),
  );

export const selectCounts = (state: LiveState): Counts | undefined => state.counts;
export const selectShown = (state: LiveState): boolean => state.shown;
export const selectConnected = (state: LiveState): boolean => state.connected;
