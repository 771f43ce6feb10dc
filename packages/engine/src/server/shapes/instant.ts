import { z } from '@hono/zod-openapi';

/**
 * Epoch milliseconds inside, ISO 8601 outside. Every shape of an answer is a codec: ports give its output side, clients
 * see its input side, and nothing but this schema stands between them.
 */
export const instant = z
  .codec(z.iso.datetime(), z.number(), {
    decode: (text) => Date.parse(text),
    encode: (at) => new Date(at).toISOString(),
  })
  .openapi({ type: 'string', format: 'date-time', example: '2026-03-01T09:00:00.000Z' });
