import { useQuery } from '@tanstack/react-query';
import type { LoopLife } from '../api/operation.ts';
import { statusQuery } from '../api/operation.ts';
import { selectCounts, useLiveState } from './live-store.ts';
import { selectId, useEditor, useWorkbench } from './workbench.tsx';

/** In which state of its life the loop is; undefined before anything was published. */
export function useLife(): LoopLife | undefined {
  const { live } = useWorkbench();
  const id = useEditor(selectId);
  const published = (useLiveState(live, selectCounts)?.version ?? 0) > 0;
  return useQuery({ ...statusQuery(id), enabled: published }).data?.state;
}
