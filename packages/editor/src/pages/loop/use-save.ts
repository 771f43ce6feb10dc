import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { ApiError, api } from '../../api/client.ts';
import type { LoopDetail } from '../../api/contract.ts';
import { loopQuery } from '../../api/queries.ts';
import { useWorkbench } from '../../canvas/workbench.tsx';

/** Saves the draft. A document that somebody saved in between is never written over: `conflict` then holds theirs. */
export function useSave(id: string) {
  const { editor } = useWorkbench();
  const client = useQueryClient();
  const [conflict, setConflict] = useState<LoopDetail>();
  const path = `/api/loops/${encodeURIComponent(id)}`;

  const { mutateAsync, isPending } = useMutation({
    mutationFn: async (revision: number) => {
      const document = editor.document;
      const detail = await api<LoopDetail>(path, { method: 'PUT', json: { document, revision } });
      editor.markSaved(document, detail.revision);
      return detail;
    },
    onSuccess: (detail) => {
      client.setQueryData(loopQuery(id).queryKey, detail);
      void client.invalidateQueries({ queryKey: ['loops'] });
    },
  });

  /** True once the document is saved; otherwise the reason is on the screen. */
  const save = useCallback(
    async (revision = editor.get().revision): Promise<boolean> => {
      try {
        await mutateAsync(revision);
        setConflict(undefined);
        return true;
      } catch (error) {
        if (error instanceof ApiError && error.code === 'conflict') setConflict(await api<LoopDetail>(path));
        else
          notifications.show({
            id: 'save',
            color: 'red',
            title: 'The draft was not saved',
            message: error instanceof Error ? error.message : String(error),
            autoClose: 10_000,
          });
        return false;
      }
    },
    [editor, mutateAsync, path],
  );

  const takeTheirs = useCallback(() => {
    if (!conflict) return;
    editor.takeOver(conflict.document, conflict.revision);
    client.setQueryData(loopQuery(id).queryKey, conflict);
    setConflict(undefined);
  }, [client, conflict, editor, id]);

  return { save, saving: isPending, conflict, takeTheirs, dismiss: () => setConflict(undefined) };
}
