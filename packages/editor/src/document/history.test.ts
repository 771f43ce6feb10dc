import { expect, test } from 'vitest';
import { edit, redo, startHistory, undo } from './history.ts';
import { draw } from './testing.ts';

const start = startHistory(draw('a>b'));
const label = (text: string) => [{ type: 'label-node' as const, id: 'a', label: text }];

test('undo leads back and redo leads forward again', () => {
  const edited = edit(start, label('Start'), { label: 'Rename', at: 0 });
  expect(undo(edited).document).toEqual(start.document);
  expect(redo(undo(edited)).document).toEqual(edited.document);
});

test('a word typed letter by letter is one step', () => {
  let history = start;
  'word'.split('').forEach((_, i) => {
    history = edit(history, label('word'.slice(0, i + 1)), { label: 'Rename', at: i * 100, key: 'label:a' });
  });
  expect(history.past).toHaveLength(1);
  expect(undo(history).document).toEqual(start.document);
});

test('the same field edited again after a pause is a step of its own', () => {
  const once = edit(start, label('one'), { label: 'Rename', at: 0, key: 'label:a' });
  const twice = edit(once, label('two'), { label: 'Rename', at: 5_000, key: 'label:a' });
  expect(undo(twice).document.nodes[0]?.data.label).toBe('one');
});

test('an edit after undo forgets what was undone', () => {
  const undone = undo(edit(start, label('one'), { label: 'Rename', at: 0 }));
  expect(edit(undone, label('two'), { label: 'Rename', at: 1 }).future).toEqual([]);
});

test('changes that touch nothing are no step', () => {
  expect(edit(start, [{ type: 'remove-edge', id: 'nowhere' }], { label: 'Delete', at: 0 })).toBe(start);
});
