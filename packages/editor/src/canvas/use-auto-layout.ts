import { notifications } from '@mantine/notifications';
import { useReactFlow } from '@xyflow/react';
import { turnEdges } from '@osicam/engine/loop';
import type { ElkNode } from 'elkjs/lib/elk-api';
import { useCallback } from 'react';
import type { Change } from '../document/changes.ts';
import { nodeSize, snap } from '../document/graph.ts';
import { ringLayout } from '../document/ring.ts';
import { stageRank } from '../ui/stages.ts';
import { useWorkbench } from './workbench.tsx';

export function useAutoLayout() {
  const { editor, types } = useWorkbench();
  const flow = useReactFlow();
  return useCallback(
    async (mode: 'ring' | 'row') => {
      const document = editor.document;
      if (document.nodes.length === 0) return;
      if (mode === 'ring') {
        const ring = ringLayout(document, (type) => stageRank(types.get(type)?.stage));
        if (ring) return editor.edit(ring, 'Arrange as a loop');
        notifications.show({
          id: 'layout',
          message: 'No way leads back yet, so this is a row, not a loop. It is arranged from left to right.',
        });
      }
      const entries = document.nodes.filter((node) => types.get(node.type)?.contract === 'source');
      const back = turnEdges(
        document,
        entries.map((node) => node.id),
      );
      const height = (id: string) => flow.getNode(id)?.measured?.height ?? nodeSize.height;
      const graph: ElkNode = {
        id: 'loop',
        layoutOptions: {
          'elk.algorithm': 'layered',
          'elk.direction': 'RIGHT',
          'elk.layered.spacing.nodeNodeBetweenLayers': '96',
          'elk.spacing.nodeNode': '44',
          'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
          'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
        },
        children: document.nodes.map((node) => ({ id: node.id, width: nodeSize.width, height: height(node.id) })),
        // Without what leads back to the start of a turn; else the layout may begin anywhere on the cycle.
        edges: document.edges
          .filter((edge) => !back.has(edge.id))
          .map((edge) => ({ id: edge.id, sources: [edge.source], targets: [edge.target] })),
      };
      const [{ default: Elk }, { default: worker }] = await Promise.all([
        import('elkjs/lib/elk-api'),
        import('elkjs/lib/elk-worker.min.js?url'),
      ]);
      const elk = new Elk({ workerUrl: worker });
      try {
        const laid = await elk.layout(graph);
        const changes = (laid.children ?? []).map(
          ({ id, x = 0, y = 0 }): Change => ({ type: 'move-node', id, position: { x: snap(x), y: snap(y) } }),
        );
        editor.edit(changes, 'Arrange from left to right');
      } finally {
        elk.terminateWorker();
      }
    },
    [editor, flow, types],
  );
}
