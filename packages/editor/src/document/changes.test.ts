import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyChanges, type Change, invertChanges } from './changes.ts';
import { draw } from './testing.ts';

const document = draw('a>b', 'b:yes>c', 'b:no>d', 'c>a');

test('a change leaves the document it came from as it was', () => {
  const before = structuredClone(document);
  applyChanges(document, [{ type: 'label-node', id: 'a', label: 'Start' }]);
  expect(document).toEqual(before);
});

const id = fc.constantFrom('a', 'b', 'c', 'd', 'nowhere');
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ type: fc.constant('remove-node' as const), id }),
  fc.record({ type: fc.constant('move-node' as const), id, position: fc.record({ x: fc.integer(), y: fc.integer() }) }),
  fc.record({ type: fc.constant('label-node' as const), id, label: fc.string() }),
  fc.record({ type: fc.constant('set-settings' as const), id, settings: fc.dictionary(fc.string(), fc.integer()) }),
  fc.record({ type: fc.constant('remove-edge' as const), id: fc.constantFrom('a:done', 'b:yes', 'b:no', 'nowhere') }),
  fc.record({ type: fc.constant('rename-loop' as const), name: fc.string() }),
);

test('whatever list of changes is applied, its inverse leads back to the same document', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      expect(applyChanges(applyChanges(document, changes), invertChanges(document, changes))).toEqual(document);
    }),
  );
});
