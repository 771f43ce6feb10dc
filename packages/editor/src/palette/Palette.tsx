import { useReactFlow } from '@xyflow/react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { NodeTypeDescription, Port } from '../api/contract.ts';
import { portsQuery } from '../api/queries.ts';
import { addNode } from '../canvas/commands.ts';
import { isTyping } from '../canvas/use-shortcuts.ts';
import { useWorkbench } from '../canvas/workbench.tsx';
import { freePlace, nodeSize, sides } from '../document/graph.ts';
import { NodeList } from './NodeList.tsx';
import classes from './Palette.module.css';

export function Palette() {
  const { editor, types } = useWorkbench();
  const flow = useReactFlow();
  const client = useQueryClient();
  const [search, setSearch] = useState('');
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'n' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    window.addEventListener('keydown', focus);
    return () => window.removeEventListener('keydown', focus);
  }, []);

  /** Added from the keyboard, a node goes on from the one that is selected, by its first free port. */
  const pick = (type: NodeTypeDescription) => {
    const document = editor.document;
    const [selected] = editor.get().nodes;
    const node = editor.get().nodes.size === 1 ? document.nodes.find(({ id }) => id === selected) : undefined;
    const pane = window.document.querySelector('.react-flow')?.getBoundingClientRect();
    const centre = flow.screenToFlowPosition({
      x: (pane?.left ?? 0) + (pane?.width ?? 0) / 2 - nodeSize.width / 2,
      y: (pane?.top ?? 0) + (pane?.height ?? 0) / 2 - nodeSize.height / 2,
    });
    if (!node) addNode(editor, { type, at: freePlace(document, centre) });
    else {
      const asked = client.getQueryData<{ ports: Port[] }>(portsQuery(node.type, node.data.settings).queryKey)?.ports;
      const ports = asked ?? types.get(node.type)?.ports ?? [];
      const taken = new Set(document.edges.filter(({ source }) => source === node.id).map((edge) => edge.sourceHandle));
      const free = ports.find((port) => !port.terminal && !taken.has(port.id));
      const leftwards = sides(document).get(node.id)?.out === 'left';
      const beside = { x: node.position.x + (nodeSize.width + 96) * (leftwards ? -1 : 1), y: node.position.y };
      addNode(editor, {
        type,
        at: freePlace(document, beside),
        ...(free ? { from: { source: node.id, port: free.id } } : {}),
      });
    }
    setSearch('');
  };

  return (
    <aside className={classes.palette} aria-label="Nodes" data-testid="palette">
      <NodeList
        types={[...types.values()]}
        search={search}
        onSearch={setSearch}
        onPick={pick}
        draggable
        searchRef={input}
      />
    </aside>
  );
}
