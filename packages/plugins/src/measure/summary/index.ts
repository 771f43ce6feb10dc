import { report, z } from '@osicam/engine/plugin';

export const summary = report({
  type: 'measure/summary',
  stage: 'measure',
  title: 'Summary',
  description:
    'Counts who came through each node and by which way out, and what became of the messages and what they cost.',
  settings: z.object({
    nodes: z
      .array(z.string().min(1).meta({ format: 'node-id' }))
      .default([])
      .meta({ title: 'Nodes', description: 'The nodes to count. None chosen means all.' }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'expected three letters, as EUR')
      .default('EUR')
      .meta({ title: 'Currency', description: 'Of the costs, as EUR.' }),
  }),
  report: async ({ settings: { nodes: chosen, currency }, turn, population }) => {
    const counts = (id: string) => chosen.length === 0 || chosen.includes(id);
    const nodes = (await population.nodes(turn)).filter(({ id }) => counts(id));
    const messages = (await population.messages(turn)).filter(({ node }) => counts(node));
    const byStatus: Record<string, number> = {};
    for (const { status, count } of messages) byStatus[status] = (byStatus[status] ?? 0) + count;
    return {
      figures: {
        nodes: nodes.map(({ id, type, label, entered, ports }) => ({ id, type, label, entered, ports })),
        messages: {
          count: messages.reduce((sum, { count }) => sum + count, 0),
          cost: messages.reduce((sum, { cost }) => sum + cost, 0),
          currency,
          byStatus,
          byNode: messages.map(({ node, status, count, cost }) => ({ node, status, count, cost })),
        },
      },
    };
  },
});
