import '@xyflow/react/dist/style.css';
import './canvas.css';
import { ActionIcon, Tooltip, useComputedColorScheme } from '@mantine/core';
import { IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand } from '@tabler/icons-react';
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  Controls,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  type OnReconnect,
  Panel,
  Position,
  ReactFlow,
  useNodesInitialized,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import { type CSSProperties, type DragEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { connect } from '../document/connect.ts';
import { grid, nodeSize } from '../document/graph.ts';
import { AddNodeMenu, type AddRequest } from './AddNodeMenu.tsx';
import { CanvasTools } from './CanvasTools.tsx';
import { CountedEdge } from './CountedEdge.tsx';
import classes from './Canvas.module.css';
import { addNode, isLoose, moveNodes, spliceDropped } from './commands.ts';
import { EmptyCanvas } from './EmptyCanvas.tsx';
import { draggedType, type FlowEdge, type FlowNode } from './flow-types.ts';
import { LoopNodeCard } from './LoopNodeCard.tsx';
import { toNodes, useEdges } from './to-flow.ts';
import { PausedBanner } from './PausedBanner.tsx';
import { pointOf, underPointer } from './under-pointer.ts';
import { useLife } from './use-life.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { selectDocument, selectEdges, selectNodes, useEditor, useWorkbench } from './workbench.tsx';

const nodeTypes = { loop: LoopNodeCard };
const edgeTypes = { counted: CountedEdge };
const snapGrid: [number, number] = [grid, grid];
const several = ['Meta', 'Control'];
const fit = { padding: 0.07, maxZoom: 1 };
const manyNodes = 150;
/** A map of a few nodes would only cover them. */
const mapFrom = 8;
const mapSize = { width: 168, height: 112 };
/** Below this scale a node's small print cannot be read, and only its name is drawn, large. */
const selectFar = ({ transform }: { transform: [number, number, number] }) =>
  transform[2] < 0.6 ? Math.min(28, Math.round(11 / transform[2])) : 0;

const choose = (selection: Set<string>, { id, selected }: { id: string; selected: boolean }) => {
  if (selected) selection.add(id);
  else selection.delete(id);
};

interface Props {
  snapping: boolean;
  onSnapping: (on: boolean) => void;
  /** Whether the inspector stands beside the canvas. */
  inspecting: boolean;
  onInspecting: (on: boolean) => void;
}

export function Canvas({ snapping, onSnapping, inspecting, onInspecting }: Props) {
  const { editor, types, problems } = useWorkbench();
  const document = useEditor(selectDocument);
  const selectedNodes = useEditor(selectNodes);
  const selectedEdges = useEditor(selectEdges);
  const scheme = useComputedColorScheme('light');
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const frame = useRef<HTMLDivElement>(null);
  const [dropEdge, setDropEdge] = useState<string>();
  const [adding, setAdding] = useState<AddRequest>();
  const [nodes, setNodes] = useState<FlowNode[]>(() => toNodes(document, problems, selectedNodes, []));
  const edges = useEdges(document, types, problems, selectedEdges, dropEdge);
  const far = useStore(selectFar);
  const paused = useLife() === 'paused';
  useShortcuts(frame);

  useLayoutEffect(
    () => setNodes((before) => toNodes(document, problems, selectedNodes, before)),
    [document, problems, selectedNodes],
  );

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      const selection = new Set(editor.get().nodes);
      const moves: { id: string; position: { x: number; y: number } }[] = [];
      for (const change of changes) {
        if (change.type === 'select') choose(selection, change);
        if (change.type === 'position' && !change.dragging && change.position)
          moves.push({ id: change.id, position: change.position });
      }
      setNodes((before) =>
        applyNodeChanges(
          changes.filter((change) => change.type === 'dimensions' || change.type === 'position'),
          before,
        ),
      );
      if (changes.some((change) => change.type === 'select')) editor.select(selection, editor.get().edges);
      moveNodes(editor, moves);
    },
    [editor],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<FlowEdge>[]) => {
      const selection = new Set(editor.get().edges);
      for (const change of changes) if (change.type === 'select') choose(selection, change);
      if (changes.some((change) => change.type === 'select')) editor.select(editor.get().nodes, selection);
    },
    [editor],
  );

  const join = useCallback(
    ({ source, sourceHandle, target }: Pick<Connection, 'source' | 'sourceHandle' | 'target'>) => {
      if (sourceHandle) editor.edit(connect(editor.document, { source, port: sourceHandle, target }), 'Connect');
    },
    [editor],
  );

  const onConnectEnd = useCallback<OnConnectEnd>(
    (event, { isValid, fromNode, fromHandle }) => {
      if (isValid || !fromNode || fromHandle?.type !== 'source' || !fromHandle.id) return;
      const point = pointOf(event);
      const { node } = underPointer(point.x, point.y);
      const from = { source: fromNode.id, port: fromHandle.id };
      // Anywhere on a node will do, not only its handle.
      if (
        node &&
        node !== fromNode.id &&
        types.get(editor.document.nodes.find(({ id }) => id === node)?.type ?? '')?.contract !== 'source'
      )
        return join({ source: from.source, sourceHandle: from.port, target: node });
      if (!node)
        setAdding({
          screen: point,
          at: flow.screenToFlowPosition(point),
          from,
          leftwards: fromHandle.position === Position.Left,
        });
    },
    [editor, flow, join, types],
  );

  const onReconnect = useCallback<OnReconnect<FlowEdge>>(
    (edge, { source, sourceHandle, target }) => {
      if (!sourceHandle) return;
      const moved = connect(
        { ...editor.document, edges: editor.document.edges.filter(({ id }) => id !== edge.id) },
        { source, port: sourceHandle, target },
      );
      if (source !== edge.source || sourceHandle !== edge.sourceHandle || target !== edge.target)
        editor.edit([{ type: 'remove-edge', id: edge.id }, ...moved], 'Reconnect');
    },
    [editor],
  );

  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(draggedType)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    setDropEdge(underPointer(event.clientX, event.clientY).edge);
  };

  const onDrop = (event: DragEvent) => {
    const type = types.get(event.dataTransfer.getData(draggedType));
    setDropEdge(undefined);
    if (!type) return;
    event.preventDefault();
    const point = { x: event.clientX, y: event.clientY };
    const { edge } = underPointer(point.x, point.y);
    const at = flow.screenToFlowPosition(point);
    addNode(editor, { type, at: { x: at.x - nodeSize.width / 2, y: at.y - 24 }, ...(edge ? { into: edge } : {}) });
    frame.current?.focus({ preventScroll: true });
  };

  // The first view of a loop shows all of it, once every node has been measured; later ones are the user's own.
  const measured = useNodesInitialized();
  const fitted = useRef(document.nodes.length === 0);
  useEffect(() => {
    if (!measured || fitted.current) return;
    fitted.current = true;
    void flow.fitView(fit);
  }, [measured, flow]);

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a place to drop on; the keyboard adds by the palette
    <section
      ref={frame}
      className={classes.canvas}
      aria-label="Canvas"
      tabIndex={-1}
      onDragOver={onDragOver}
      onDrop={onDrop}
      onDragLeave={() => setDropEdge(undefined)}
      data-far={far > 0 || undefined}
      data-paused={paused || undefined}
      style={{ '--far-size': `${far}px` } as CSSProperties}
      data-testid="canvas"
    >
      <ReactFlow<FlowNode, FlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={join}
        onConnectEnd={onConnectEnd}
        onReconnect={onReconnect}
        onNodeDrag={(event, node) => {
          const point = pointOf(event);
          setDropEdge(isLoose(document, node.id) ? underPointer(point.x, point.y).edge : undefined);
        }}
        onNodeDragStop={(event, node) => {
          const point = pointOf(event);
          const { edge } = underPointer(point.x, point.y);
          setDropEdge(undefined);
          if (edge) spliceDropped(editor, node.id, edge, types.get(node.data.node.type));
        }}
        onPaneContextMenu={(event) => {
          event.preventDefault();
          const point = { x: event.clientX, y: event.clientY };
          setAdding({ screen: point, at: flow.screenToFlowPosition(point) });
        }}
        colorMode={scheme}
        snapToGrid={snapping}
        snapGrid={snapGrid}
        connectionRadius={28}
        deleteKeyCode={null}
        multiSelectionKeyCode={several}
        selectionKeyCode="Shift"
        onlyRenderVisibleElements={nodes.length > manyNodes}
        minZoom={0.15}
        maxZoom={2}
      >
        <Background variant={BackgroundVariant.Dots} gap={grid * 2} size={1.4} />
        {nodes.length >= mapFrom && (
          <MiniMap
            pannable
            zoomable
            ariaLabel="Map of the loop"
            nodeBorderRadius={12}
            nodeColor={(node: FlowNode) => `var(--stage-${types.get(node.data.node.type)?.stage ?? 'flow'})`}
            style={mapSize}
          />
        )}
        <Controls showInteractive={false} position="bottom-left" fitViewOptions={fit} />
        {paused && <PausedBanner />}
        <CanvasTools snapping={snapping} onSnapping={onSnapping} />
        <Panel position="top-right">
          <Tooltip label={inspecting ? 'Hide the inspector' : 'Show the inspector'}>
            <ActionIcon
              variant="default"
              aria-label="Inspector"
              aria-pressed={inspecting}
              onClick={() => onInspecting(!inspecting)}
            >
              {inspecting ? <IconLayoutSidebarRightCollapse size={17} /> : <IconLayoutSidebarRightExpand size={17} />}
            </ActionIcon>
          </Tooltip>
        </Panel>
      </ReactFlow>
      {document.nodes.length === 0 && <EmptyCanvas />}
      <AddNodeMenu request={adding} onClose={() => setAdding(undefined)} />
    </section>
  );
}
