import { notifications } from '@mantine/notifications';
import { useReactFlow } from '@xyflow/react';
import { type RefObject, useEffect } from 'react';
import { copy, readFragment } from '../document/clipboard.ts';
import { deleteSelection, duplicateSelection, pasteFragment } from './commands.ts';
import { useWorkbench } from './workbench.tsx';

/** Whether a key belongs to a field, a dialog or a menu rather than to the canvas. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest(
    'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"]',
  ) !== null;

/** The keyboard of the canvas. Copy and paste go by the clipboard's own events, which need no permission. */
export function useShortcuts(frame: RefObject<HTMLElement | null>): void {
  const { editor, types } = useWorkbench();
  const flow = useReactFlow();
  useEffect(() => {
    let pointer = { x: 0, y: 0 };
    const onMove = (event: PointerEvent) => {
      pointer = { x: event.clientX, y: event.clientY };
    };

    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      const mod = event.ctrlKey || event.metaKey;
      if (mod && key === 'z' && !event.shiftKey) editor.undo();
      else if (mod && key === 'z') editor.redo();
      else if (mod && key === 'y') editor.redo();
      else if (mod && key === 'd') duplicateSelection(editor, types);
      else if (mod && key === 'a') editor.select(editor.document.nodes.map((node) => node.id));
      else if (!mod && (key === 'delete' || key === 'backspace')) deleteSelection(editor);
      else if (!mod && key === 'escape') editor.select([]);
      else if (event.shiftKey && !mod && key === '!') void flow.fitView({ padding: 0.12, maxZoom: 1, duration: 250 });
      else return;
      event.preventDefault();
    };

    const onCopy = (event: ClipboardEvent) => {
      if (isTyping(event.target) || window.getSelection()?.toString() || editor.get().nodes.size === 0) return;
      event.preventDefault();
      event.clipboardData?.setData('text/plain', JSON.stringify(copy(editor.document, editor.get().nodes), null, 2));
      if (event.type === 'cut') deleteSelection(editor);
    };

    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target)) return;
      const fragment = readFragment(event.clipboardData?.getData('text/plain') ?? '');
      if (!fragment) {
        notifications.show({
          id: 'paste',
          message: 'The clipboard holds no nodes. Copy some on a canvas, or the text of a loop file.',
        });
        return;
      }
      event.preventDefault();
      const box = frame.current?.getBoundingClientRect();
      if (!box) return;
      const inside = pointer.x > box.left && pointer.x < box.right && pointer.y > box.top && pointer.y < box.bottom;
      const at = inside ? pointer : { x: box.left + box.width / 2, y: box.top + box.height / 2 };
      pasteFragment(editor, types, fragment, flow.screenToFlowPosition(at));
    };

    window.addEventListener('pointermove', onMove);
    window.addEventListener('keydown', onKeyDown);
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('keydown', onKeyDown);
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, [editor, types, flow, frame]);
}
