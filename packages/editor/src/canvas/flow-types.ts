import type { LoopNode, Problem } from '@osicam/engine/loop';
import type { Edge, Node } from '@xyflow/react';
import type { Sides } from '../document/graph.ts';

/** A node of the document as React Flow draws it. */
export type FlowNode = Node<
  {
    node: LoopNode;
    sides: Sides;
    /** Ports that an edge leaves by, in the document's order. */
    used: readonly string[];
    /** An edge leads here; then the inlet is drawn even where the type takes none. */
    incoming: boolean;
    problems: readonly Problem[];
  },
  'loop'
>;

export type FlowEdge = Edge<{ stage: string; problem: boolean }, 'counted'>;

/** The one handle by which customers come in. */
export const inlet = 'in';

/** What a palette item carries while it is dragged. */
export const draggedType = 'application/x-osicam-node';
