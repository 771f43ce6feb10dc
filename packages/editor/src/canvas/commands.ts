import type { Loop } from '@osicam/engine/loop';
import type { NodeTypeDescription } from '../api/contract.ts';
import { applyChanges, type Change } from '../document/changes.ts';
import { copy, type Fragment, paste } from '../document/clipboard.ts';
import { connect, splice } from '../document/connect.ts';
import type { LoopEditor } from '../document/editor.ts';
import { grid, snap } from '../document/graph.ts';
import { nodeId } from '../document/names.ts';
import { remove } from '../document/remove.ts';
import { referencesOf } from './node-references.ts';

type Types = ReadonlyMap<string, NodeTypeDescription>;

interface Place {
  x: number;
  y: number;
}

/** The port that leads on when nobody says which: the first that an edge can leave by. */
export const mainPort = (type: NodeTypeDescription | undefined): string | undefined =>
  type?.ports.find((port) => !port.terminal)?.id;

export interface Addition {
  type: NodeTypeDescription;
  at: Place;
  /** Connect this port to the new node. */
  from?: { source: string; port: string };
  /** Put the new node into this edge. */
  into?: string;
}

export function addNode(editor: LoopEditor, { type, at, from, into }: Addition): string {
  const document = editor.document;
  const id = nodeId(document, type.type);
  const changes: Change[] = [
    {
      type: 'add-node',
      node: {
        id,
        type: type.type,
        position: { x: snap(at.x), y: snap(at.y) },
        data: { label: '', settings: defaultSettings(type) },
      },
    },
  ];
  const grown = applyChanges(document, changes);
  const takesEdges = type.contract !== 'source';
  if (into && takesEdges) changes.push(...splice(grown, into, id, mainPort(type)));
  else if (from && takesEdges) changes.push(...connect(grown, { ...from, target: id }));
  editor.edit(changes, `Add ${type.title}`);
  editor.select([id]);
  return id;
}

/** What the schema gives when nothing is said, at the first level: enough for the form to show what will run. */
function defaultSettings(type: NodeTypeDescription): Record<string, unknown> {
  const properties = type.settings['properties'];
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) =>
      typeof schema === 'object' && schema !== null && 'default' in schema
        ? [[name, structuredClone((schema as { default: unknown }).default)]]
        : [],
    ),
  );
}

export function deleteSelection(editor: LoopEditor): void {
  const { nodes, edges } = editor.get();
  if (nodes.size + edges.size === 0) return;
  editor.edit(
    remove(editor.document, nodes, edges),
    nodes.size > 0 ? `Delete ${count(nodes.size)}` : 'Delete the connection',
  );
}

export function pasteFragment(editor: LoopEditor, types: Types, fragment: Fragment, at: Place): void {
  if (fragment.nodes.length === 0) return;
  const { changes, ids } = paste(editor.document, fragment, { x: snap(at.x), y: snap(at.y) }, referencesOf(types));
  editor.edit(changes, `Paste ${count(ids.length)}`);
  editor.select(ids);
}

export function duplicateSelection(editor: LoopEditor, types: Types): void {
  const fragment = copy(editor.document, editor.get().nodes);
  const left = Math.min(...fragment.nodes.map((node) => node.position.x));
  const top = Math.min(...fragment.nodes.map((node) => node.position.y));
  pasteFragment(editor, types, fragment, { x: left + grid * 4, y: top + grid * 4 });
}

export function moveNodes(editor: LoopEditor, moves: readonly { id: string; position: Place }[]): void {
  const before = new Map(editor.document.nodes.map((node) => [node.id, node.position]));
  const real = moves.filter(({ id, position }) => {
    const old = before.get(id);
    return old && (old.x !== position.x || old.y !== position.y);
  });
  if (real.length === 0) return;
  const key = `move:${real.map(({ id }) => id).join(',')}`;
  editor.edit(
    real.map(({ id, position }) => ({ type: 'move-node', id, position })),
    `Move ${count(real.length)}`,
    key,
  );
}

/** A node without edges, dropped on one, is put into it. */
export function spliceDropped(
  editor: LoopEditor,
  id: string,
  edge: string,
  type: NodeTypeDescription | undefined,
): void {
  if (!isLoose(editor.document, id) || type?.contract === 'source') return;
  editor.edit(splice(editor.document, edge, id, mainPort(type)), 'Put into the connection');
}

export const isLoose = (document: Loop, id: string): boolean =>
  !document.edges.some((edge) => edge.source === id || edge.target === id);

const count = (nodes: number): string => (nodes === 1 ? 'a node' : `${nodes} nodes`);
