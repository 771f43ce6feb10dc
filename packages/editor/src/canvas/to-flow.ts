import type { Loop, Problem } from '@osicam/engine/loop';
import { MarkerType } from '@xyflow/react';
import { useMemo } from 'react';
import type { NodeTypeDescription } from '../api/contract.ts';
import { sides } from '../document/graph.ts';
import { type FlowEdge, type FlowNode, inlet } from './flow-types.ts';

const noProblems: readonly Problem[] = [];

/**
 * The document as React Flow's nodes. One that would be drawn the same keeps its object, with what React Flow measured of it:
 * without that every edit would draw every node again.
 */
export function toNodes(
  document: Loop,
  problems: readonly Problem[],
  selected: ReadonlySet<string>,
  before: readonly FlowNode[],
): FlowNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const faults = Map.groupBy(problems, (problem) => problem.node);
  const leaving = Map.groupBy(document.edges, (edge) => edge.source);
  const targets = new Set(document.edges.map((edge) => edge.target));
  const placed = sides(document);
  return document.nodes.map((node): FlowNode => {
    const old = known.get(node.id);
    const used = [...new Set(leaving.get(node.id)?.map((edge) => edge.sourceHandle) ?? [])];
    const data: FlowNode['data'] = {
      node,
      sides: placed.get(node.id) ?? { in: 'left', out: 'right', ports: {} },
      used,
      incoming: targets.has(node.id),
      problems: faults.get(node.id) ?? noProblems,
    };
    const unchanged =
      old &&
      old.data.node === node &&
      JSON.stringify(old.data.sides) === JSON.stringify(data.sides) &&
      old.data.incoming === data.incoming &&
      old.data.used.join('\n') === used.join('\n') &&
      JSON.stringify(old.data.problems) === JSON.stringify(data.problems);
    const isSelected = selected.has(node.id);
    if (unchanged && (old.selected ?? false) === isSelected && (old.dragging || samePlace(old, node))) return old;
    return {
      ...old,
      id: node.id,
      type: 'loop',
      position: old?.dragging ? old.position : node.position,
      data: unchanged ? old.data : data,
      selected: isSelected,
      ariaLabel: node.data.label || node.type,
    };
  });
}

const samePlace = (old: FlowNode, node: { position: { x: number; y: number } }) =>
  old.position.x === node.position.x && old.position.y === node.position.y;

export function useEdges(
  document: Loop,
  types: ReadonlyMap<string, NodeTypeDescription>,
  problems: readonly Problem[],
  selected: ReadonlySet<string>,
  dropEdge: string | undefined,
): FlowEdge[] {
  return useMemo(() => {
    const stage = new Map(document.nodes.map((node) => [node.id, types.get(node.type)?.stage ?? 'flow']));
    const faulty = new Set(problems.flatMap((problem) => problem.edge ?? []));
    return document.edges.map(
      (edge): FlowEdge => ({
        id: edge.id,
        source: edge.source,
        sourceHandle: edge.sourceHandle,
        target: edge.target,
        targetHandle: inlet,
        type: 'counted',
        selected: selected.has(edge.id),
        className: edge.id === dropEdge ? 'drop-here' : faulty.has(edge.id) ? 'faulty' : '',
        markerEnd: {
          type: MarkerType.ArrowClosed,
          width: 16,
          height: 16,
          color: selected.has(edge.id) ? 'var(--accent)' : 'var(--xy-edge-stroke)',
        },
        ariaLabel: `From ${edge.source}, ${edge.sourceHandle}, to ${edge.target}`,
        data: { stage: stage.get(edge.source) ?? 'flow', problem: faulty.has(edge.id) },
      }),
    );
  }, [document, types, problems, selected, dropEdge]);
}
