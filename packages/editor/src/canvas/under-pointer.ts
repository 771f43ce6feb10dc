interface Under {
  edge?: string;
  node?: string;
}

/** Which edge and node of the canvas lie under a point of the window, whatever lies above them. */
export function underPointer(x: number, y: number, except?: string): Under {
  const found: Under = {};
  for (const element of document.elementsFromPoint(x, y)) {
    const edge = element.closest('.react-flow__edge')?.getAttribute('data-id');
    const node = element.closest('.react-flow__node')?.getAttribute('data-id');
    if (edge && !found.edge) found.edge = edge;
    if (node && node !== except && !found.node) found.node = node;
  }
  return found;
}

export const pointOf = (event: MouseEvent | TouchEvent): { x: number; y: number } => {
  const at = 'changedTouches' in event ? event.changedTouches[0] : event;
  return { x: at?.clientX ?? 0, y: at?.clientY ?? 0 };
};
