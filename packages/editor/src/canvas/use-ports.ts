import type { LoopNode } from '@osicam/engine/loop';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Port } from '../api/contract.ts';
import { portsQuery } from '../api/queries.ts';
import { useWorkbench } from './workbench.tsx';

export interface DrawnPort extends Port {
  /** An edge leaves by it, but the node does not offer it any more. */
  gone?: boolean;
}

/** The ports of a node with its present settings, and those that an edge still uses though they are gone. */
export function usePorts(node: LoopNode, used: readonly string[]): readonly DrawnPort[] {
  const { types } = useWorkbench();
  const type = types.get(node.type);
  const asked = useQuery({
    ...portsQuery(node.type, node.data.settings),
    enabled: type !== undefined,
    placeholderData: keepPreviousData,
  });
  // Settings in the middle of being typed may be wrong for a moment, and then nothing is known of the ports.
  const answer = asked.data?.ports.length ? asked.data.ports : undefined;
  const [latest, setLatest] = useState(answer);
  if (answer && answer !== latest) setLatest(answer);
  const offered = answer ?? latest ?? type?.ports ?? [];
  const known = asked.isPlaceholderData || asked.isPending ? undefined : new Set(offered.map((port) => port.id));
  const ids = new Set(offered.map((port) => port.id));
  return [...offered, ...used.filter((id) => !ids.has(id)).map((id) => ({ id, ...(known ? { gone: true } : {}) }))];
}

export const portTitle = (port: Port): string => port.title || port.id;
