import { z } from '@hono/zod-openapi';
import { problemShape } from './problem.ts';

const portShape = z.object({ id: z.string(), title: z.string().optional(), terminal: z.boolean().optional() });

export const nodeTypeShape = z
  .object({
    type: z.string(),
    stage: z.string(),
    contract: z.enum(['source', 'router', 'writer', 'channel', 'wait', 'report']),
    title: z.string(),
    description: z.string(),
    ports: z.array(portShape),
    delivery: z.string().optional(),
    settings: z.record(z.string(), z.unknown()).openapi({ description: 'JSON Schema of the settings' }),
  })
  .openapi('NodeType');

export const nodePortsShape = z
  .object({ ports: z.array(portShape), problems: z.array(problemShape) })
  .openapi('NodePorts');
export type NodePorts = z.output<typeof nodePortsShape>;
