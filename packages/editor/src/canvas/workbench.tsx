import type { Loop, Problem } from '@osicam/engine/loop';
import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { NodeTypeDescription } from '../api/contract.ts';
import type { EditorState, LoopEditor } from '../document/editor.ts';
import type { LiveStore } from './live-store.ts';

/** What every part of the loop page works on. */
export interface Workbench {
  editor: LoopEditor;
  live: LiveStore;
  types: ReadonlyMap<string, NodeTypeDescription>;
  problems: readonly Problem[];
}

const Context = createContext<Workbench | undefined>(undefined);

export const WorkbenchProvider = ({ value, children }: { value: Workbench; children: ReactNode }) => (
  <Context value={value}>{children}</Context>
);

export function useWorkbench(): Workbench {
  const workbench = useContext(Context);
  if (!workbench) throw new Error('expected a WorkbenchProvider above');
  return workbench;
}

export function useEditor<T>(selector: (state: EditorState) => T): T {
  const { editor } = useWorkbench();
  return useSyncExternalStore(editor.subscribe, () => selector(editor.get()));
}

export const selectDocument = (state: EditorState): Loop => state.history.document;
export const selectId = (state: EditorState): string => state.history.document.id;
export const selectName = (state: EditorState): string => state.history.document.name;
export const selectDirty = (state: EditorState): boolean => state.dirty;
export const selectNodes = (state: EditorState): ReadonlySet<string> => state.nodes;
export const selectEdges = (state: EditorState): ReadonlySet<string> => state.edges;
export const selectUndo = (state: EditorState): string | undefined => state.history.past.at(-1)?.label;
export const selectRedo = (state: EditorState): string | undefined => state.history.future[0]?.label;
