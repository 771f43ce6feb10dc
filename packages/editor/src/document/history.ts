import type { Loop } from '@osicam/engine/loop';
import { applyChanges, type Change, invertChanges } from './changes.ts';

interface Entry {
  /** What a person did, as "Move 2 nodes". */
  readonly label: string;
  readonly changes: readonly Change[];
  readonly inverse: readonly Change[];
  readonly key: string | undefined;
  readonly at: number;
}

/** A document with the way back and the way forward. Immutable, so a step is a new object and comparing is by reference. */
export interface History {
  readonly document: Loop;
  readonly past: readonly Entry[];
  readonly future: readonly Entry[];
}

/** Edits with the same key within this time are one step: a word typed, an arrow key held. */
const together = 1_000;
const remembered = 500;

export const startHistory = (document: Loop): History => ({ document, past: [], future: [] });

export function edit(
  history: History,
  changes: readonly Change[],
  { label, at, key }: { label: string; at: number; key?: string },
): History {
  const inverse = invertChanges(history.document, changes);
  if (inverse.length === 0) return history;
  const document = applyChanges(history.document, changes);
  const last = history.past.at(-1);
  const continues = key !== undefined && last?.key === key && at - last.at <= together && history.future.length === 0;
  const entry: Entry = continues
    ? { ...last, changes: [...last.changes, ...changes], inverse: [...inverse, ...last.inverse], at }
    : { label, changes, inverse, key, at };
  const past = [...(continues ? history.past.slice(0, -1) : history.past), entry].slice(-remembered);
  return { document, past, future: [] };
}

export function undo(history: History): History {
  const entry = history.past.at(-1);
  if (!entry) return history;
  return {
    document: applyChanges(history.document, entry.inverse),
    past: history.past.slice(0, -1),
    future: [entry, ...history.future],
  };
}

export function redo(history: History): History {
  const [entry, ...future] = history.future;
  if (!entry) return history;
  // Without its key, so that the next edit begins a step of its own.
  return {
    document: applyChanges(history.document, entry.changes),
    past: [...history.past, { ...entry, key: undefined }],
    future,
  };
}
