import { expect, test } from 'vitest';
import { LoopEditor } from './editor.ts';
import { draw } from './testing.ts';

const open = () => new LoopEditor(draw('a>b'), 1, () => 0);
const rename = [{ type: 'label-node' as const, id: 'a', label: 'Start' }];

test('a loop is unsaved after an edit, and saved again once that is undone', () => {
  const editor = open();
  editor.edit(rename, 'Rename');
  expect(editor.get().dirty).toBe(true);
  editor.undo();
  expect(editor.get().dirty).toBe(false);
});

test('what is edited while a save is under way stays unsaved', () => {
  const editor = open();
  editor.edit(rename, 'Rename');
  const sent = editor.document;
  editor.edit([{ type: 'remove-node', id: 'b' }], 'Delete');
  editor.markSaved(sent, 2);
  expect(editor.get()).toMatchObject({ dirty: true, revision: 2 });
});

test('a node that is deleted or undone away is no longer selected', () => {
  const editor = open();
  editor.select(['a', 'b']);
  editor.edit([{ type: 'remove-node', id: 'b' }], 'Delete');
  expect([...editor.get().nodes]).toEqual(['a']);
});

test('a saved version taken over can be undone', () => {
  const editor = open();
  editor.edit(rename, 'Rename');
  editor.takeOver(draw('x>y'), 5);
  expect(editor.get()).toMatchObject({ dirty: false, revision: 5 });
  editor.undo();
  expect(editor.document.nodes[0]?.data.label).toBe('Start');
  expect(editor.get().dirty).toBe(true);
});
