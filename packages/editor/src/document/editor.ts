import type { Loop } from '@osicam/engine/loop';
import type { Change } from './changes.ts';
import { edit, type History, redo, startHistory, undo } from './history.ts';

export interface EditorState {
  readonly history: History;
  readonly saved: Loop;
  readonly revision: number;
  readonly dirty: boolean;
  /** Ids of the selected nodes and edges. */
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();
const same = (a: Loop, b: Loop): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** One open loop: its history, what of it is saved, and what is selected. A plain store, so that it can be tested without a page. */
export class LoopEditor {
  #state: EditorState;
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;

  constructor(document: Loop, revision: number, now: () => number) {
    this.#now = now;
    this.#state = {
      history: startHistory(document),
      saved: document,
      revision,
      dirty: false,
      nodes: none,
      edges: none,
    };
  }

  get = (): EditorState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get document(): Loop {
    return this.#state.history.document;
  }

  edit(changes: readonly Change[], label: string, key?: string): void {
    this.#turn(edit(this.#state.history, changes, { label, at: this.#now(), ...(key === undefined ? {} : { key }) }));
  }

  undo(): void {
    this.#turn(undo(this.#state.history));
  }

  redo(): void {
    this.#turn(redo(this.#state.history));
  }

  select(nodes: Iterable<string>, edges: Iterable<string> = []): void {
    this.#set({ nodes: new Set(nodes), edges: new Set(edges) });
  }

  /** The server has this document now, under this revision; edits made meanwhile stay unsaved. */
  markSaved(document: Loop, revision: number): void {
    this.#set({ saved: document, revision, dirty: !same(document, this.document) });
  }

  /** Takes somebody else's document in place of this one; what was here can be had back with undo. */
  takeOver(document: Loop, revision: number): void {
    this.edit(
      [{ type: 'replace', nodes: document.nodes, edges: document.edges, name: document.name }],
      'Load the saved version',
    );
    this.markSaved(document, revision);
  }

  #turn(history: History): void {
    if (history === this.#state.history) return;
    const nodes = new Set(history.document.nodes.map((node) => node.id));
    const edges = new Set(history.document.edges.map((edge) => edge.id));
    this.#set({
      history,
      dirty: !same(history.document, this.#state.saved),
      nodes: keep(this.#state.nodes, nodes),
      edges: keep(this.#state.edges, edges),
    });
  }

  #set(change: Partial<EditorState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const keep = (selected: ReadonlySet<string>, present: ReadonlySet<string>): ReadonlySet<string> =>
  [...selected].every((id) => present.has(id)) ? selected : new Set([...selected].filter((id) => present.has(id)));
