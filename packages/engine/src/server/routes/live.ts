import { z } from '@hono/zod-openapi';
import type { SSEStreamingApi } from 'hono/streaming';
import { streamSSE } from 'hono/streaming';
import type { App } from '../endpoint.ts';
import { callers, errorResponses } from '../endpoint.ts';
import type { Authenticate } from '../caller.ts';
import { LiveCounts } from '../live-counts.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound } from '../server-error.ts';
import type { Counts } from '../shapes/loop.ts';
import { countsShape } from '../shapes/loop.ts';
import { clockShape } from '../shapes/session.ts';

const second = 1000;

/** Server-sent events of one loop. A client that reads slowly misses what is in between, never the latest. */
export function liveRoute(app: App, { loops, clock, log, stopping }: ServerPorts, authenticate: Authenticate): void {
  const live = new LiveCounts((id) => loops.counts(id), log);

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/loops/{id}/live',
    tags: ['Loops'],
    summary: 'The counts whenever they changed, and the clock every second, as server-sent events',
    security: callers,
    request: { params: z.object({ id: z.string() }) },
    responses: {
      200: {
        description: '`event: counts` with Counts, at most four a second; `event: clock` with Clock every second',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      ...errorResponses([401, 404]),
    },
  });

  app.get('/api/loops/:id/live', async (c) => {
    const id = c.req.param('id');
    if (!(await loops.counts(id))) throw notFound(`loop ${id}`);
    c.header('x-accel-buffering', 'no');
    return streamSSE(c, async (stream) => {
      const isSignedIn = async () => (await authenticate(c.req.raw.headers)) !== undefined;
      await feed(
        stream,
        (tell) => live.listen(id, tell),
        () => clock.read(),
        isSignedIn,
        stopping,
      );
    });
  });
}

async function feed(
  stream: SSEStreamingApi,
  listen: (tell: (counts: Counts) => void) => () => void,
  readClock: () => z.output<typeof clockShape>,
  isSignedIn: () => Promise<boolean>,
  stopping: AbortSignal | undefined,
): Promise<void> {
  const due: { counts?: Counts; clock: boolean; heartbeat: boolean } = { clock: true, heartbeat: false };
  let wake = (): void => undefined;
  const ended = () => stream.aborted || stopping?.aborted === true;
  const stopListening = listen((counts) => {
    due.counts = counts;
    wake();
  });
  const onClock = setInterval(() => {
    due.clock = true;
    wake();
  }, second);
  const onHeartbeat = setInterval(() => {
    due.heartbeat = true;
    wake();
  }, 15 * second);
  const onEnd = () => wake();
  stream.onAbort(onEnd);
  stopping?.addEventListener('abort', onEnd);

  try {
    while (!ended()) {
      if (due.counts) {
        const counts = due.counts;
        due.counts = undefined;
        await stream.writeSSE({ event: 'counts', data: JSON.stringify(z.encode(countsShape, counts)) });
      } else if (due.clock) {
        due.clock = false;
        await stream.writeSSE({ event: 'clock', data: JSON.stringify(z.encode(clockShape, readClock())) });
      } else if (due.heartbeat) {
        due.heartbeat = false;
        // Who has signed out meanwhile sees no more.
        if (!(await isSignedIn())) return;
        await stream.write(': still here\n\n');
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stopListening();
    clearInterval(onClock);
    clearInterval(onHeartbeat);
    stopping?.removeEventListener('abort', onEnd);
  }
}
