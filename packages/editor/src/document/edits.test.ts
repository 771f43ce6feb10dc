import { expect, test } from 'vitest';
import { applyChanges } from './changes.ts';
import { copy, paste, readFragment } from './clipboard.ts';
import { connect, disconnect, splice } from './connect.ts';
import { freePlace, nodeSize, sides } from './graph.ts';
import { slug } from './names.ts';
import { remove } from './remove.ts';
import { ringLayout } from './ring.ts';
import { draw, edgesOf } from './testing.ts';

test('connecting a port that has an edge replaces it', () => {
  const document = draw('a>b', 'c');
  const changed = applyChanges(document, connect(document, { source: 'a', port: 'done', target: 'c' }));
  expect(edgesOf(changed)).toEqual(['a:done>c']);
});

test('connecting to where a port leads already changes nothing', () => {
  expect(connect(draw('a>b'), { source: 'a', port: 'done', target: 'b' })).toEqual([]);
});

test('disconnecting a port leaves the other ports alone', () => {
  const document = draw('a:yes>b', 'a:no>c');
  expect(edgesOf(applyChanges(document, disconnect(document, { source: 'a', port: 'no' })))).toEqual(['a:yes>b']);
});

test('a node dropped on an edge stands between its two ends', () => {
  const document = draw('a>b', 'new');
  expect(edgesOf(applyChanges(document, splice(document, 'a:done', 'new', 'done')))).toEqual([
    'a:done>new',
    'new:done>b',
  ]);
});

test('deleting nodes in a row leads on to where they led', () => {
  const document = draw('a>b', 'b>c', 'c>d');
  expect(edgesOf(applyChanges(document, remove(document, new Set(['b', 'c']))))).toEqual(['a:done>d']);
});

test('deleting a node with two ways out leaves the way in open', () => {
  const document = draw('a>b', 'b:yes>c', 'b:no>d');
  const changed = applyChanges(document, remove(document, new Set(['b'])));
  expect(edgesOf(changed)).toEqual([]);
  expect(changed.nodes.map((node) => node.id)).toEqual(['a', 'c', 'd']);
});

test('deleting a node whose ports all lead to one place heals to there', () => {
  const document = draw('a>b', 'b:sent>c', 'b:failed>c');
  expect(edgesOf(applyChanges(document, remove(document, new Set(['b']))))).toEqual(['a:done>c']);
});

test('deleting a whole cycle leaves nothing behind and comes to an end', () => {
  const document = draw('a>b', 'b>c', 'c>b');
  expect(edgesOf(applyChanges(document, remove(document, new Set(['b', 'c']))))).toEqual([]);
});

test('a pasted fragment has new ids, its inner edges, and settings that name the copies', () => {
  const document = draw('a>b', 'b>c');
  document.nodes[1]!.data.settings = { node: 'a', subject: 'a' };
  const fragment = readFragment(JSON.stringify(copy(document, new Set(['a', 'b']))))!;
  const { changes, ids } = paste(document, fragment, { x: 1000, y: 1000 }, (_, [key]) => key === 'node');
  const changed = applyChanges(document, changes);
  expect(ids).toEqual(['a-2', 'b-2']);
  expect(edgesOf(changed)).toContain('a-2:done>b-2');
  const copied = changed.nodes.find((node) => node.id === 'b-2')!;
  expect(copied.data.settings).toEqual({ node: 'a-2', subject: 'a' });
  expect(copied.position).toEqual({ x: 1300, y: 1000 });
});

test('text that is no fragment is not read as one', () => {
  expect(readFragment('hello')).toBeUndefined();
  expect(readFragment('{"nodes":[],"edges":[]}')).toBeUndefined();
  expect(readFragment('{"format":"osicam/loop@1","nodes":[{"id":1}],"edges":[]}')?.nodes).toEqual([]);
});

test('a name becomes an id of lower-case letters, digits and hyphens', () => {
  expect(slug('  Été: Churn & Rescue! ')).toBe('ete-churn-rescue');
});

test('a new node is placed where it covers no other', () => {
  const document = draw('a');
  const at = freePlace(document, { x: 0, y: 0 });
  expect(Math.abs(at.x) >= nodeSize.width || Math.abs(at.y) >= nodeSize.height).toBe(true);
});

test('an edge leaves by the side on which its target stands, each port for itself', () => {
  const document = draw('left', 'middle:back>left', 'middle:on>right');
  expect(sides(document).get('middle')).toMatchObject({ ports: { back: 'left', on: 'right' } });
  expect(sides(document).get('left')?.in).toBe('right');
  expect(sides(document).get('right')?.in).toBe('left');
});

test('an edge to a node below comes in on the side that it left by', () => {
  const document = draw('above>below');
  document.nodes[1]!.position = { x: 12, y: 400 };
  expect(sides(document).get('above')?.ports).toEqual({ done: 'right' });
  expect(sides(document).get('below')?.in).toBe('right');
});

test('a loop is laid out clockwise round a ring', () => {
  const document = draw('a>b', 'b>c', 'c>d', 'd>e', 'e>f', 'f>a');
  const laid = applyChanges(document, ringLayout(document, () => 0) ?? []);
  const points = laid.nodes.map((node) => node.position);
  const middle = { x: sum(points.map((p) => p.x)) / 6, y: sum(points.map((p) => p.y)) / 6 };
  const angles = points.map((p) => Math.atan2(p.y - middle.y, p.x - middle.x));
  const turns = angles.map((angle, i) => (angles[(i + 1) % 6]! - angle + Math.PI * 4) % (Math.PI * 2));
  expect(sum(turns)).toBeCloseTo(Math.PI * 2);
  expect(ringLayout(draw('a>b'), () => 0)).toBeUndefined();
});

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
