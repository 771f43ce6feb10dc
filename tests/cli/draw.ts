/** A loop document, from nodes as `[id, type, settings]` and edges as `'source.port > target'`. */
export function draw(
  nodes: readonly (readonly [id: string, type: string, settings?: object])[],
  edges: readonly string[],
  id = 'test',
) {
  return {
    format: 'osicam/loop@1',
    id,
    name: 'A test',
    nodes: nodes.map(([node, type, settings = {}], i) => ({
      id: node,
      type,
      position: { x: i * 240, y: 0 },
      data: { label: '', settings },
    })),
    edges: edges.map((text) => {
      const [, source, sourceHandle, target] = /^(.+?)\.(.+) > (.+)$/.exec(text) ?? [];
      return { id: text, source, sourceHandle, target };
    }),
  };
}

/** Who is written to, by what, and where each port of it leads: the smallest loop with a channel. */
export const mailing = (settings: object = {}) =>
  draw(
    [
      ['in', 'collect/file', { path: 'customers.csv' }],
      ['mail', 'interact/email', { from: 'Example <service@example.com>', consent: 'notNeeded', ...settings }],
      ['reached', 'flow/end'],
      ['refused', 'flow/end'],
      ['kept-out', 'flow/end'],
    ],
    ['in.entered > mail', 'mail.sent > reached', 'mail.failed > refused', 'mail.suppressed > kept-out'],
    'mailing',
  );

/** So many customers as CSV, with an address each. */
export const customersCsv = (count: number) =>
  ['id,name,email', ...Array.from({ length: count }, (_, i) => `c${i},Name ${i},c${i}@example.com`), ''].join('\n');
