import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createApp } from '../create-app.ts';
import type { ServerPorts } from '../ports.ts';
import { noCounts, testPorts } from '../test-ports.ts';

const decoder = new TextDecoder();

/** Events of a feed as they come. */
async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: Record<string, unknown> }> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event && data) yield { event, data: JSON.parse(data) as Record<string, unknown> };
    }
  }
}

test('a feed tells the counts at once, then each change, and the clock, and asks no more once its reader has gone', async () => {
  const { ports, counts } = testPorts();
  let asked = 0;
  const loops: ServerPorts['loops'] = {
    ...ports.loops,
    counts: (id) => {
      asked++;
      return ports.loops.counts(id);
    },
  };
  counts.set('churn', noCounts('churn'));
  const response = await createApp({ ...ports, loops }).request('/api/loops/churn/live', {
    headers: { cookie: 'signed-in' },
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const feed = eventsOf(response);
  const next = async (event: string) => {
    for (;;) {
      const { value } = await feed.next();
      if (value?.event === event) return value.data;
    }
  };
  expect(await next('counts')).toMatchObject({ loop: 'churn', turns: 0, at: '2026-03-01T12:00:00.000Z' });
  counts.set('churn', { ...noCounts('churn'), turns: 1 });
  expect(await next('counts')).toMatchObject({ turns: 1 });
  expect(await next('clock')).toEqual({ mode: 'virtual', now: '2026-03-01T12:00:00.000Z', speed: 1 });
  await feed.return(undefined);
  await sleep(50);
  const before = asked;
  await sleep(600);
  expect(asked).toBe(before);
});

test('feeds end when the server is about to stop', async () => {
  const stopping = new AbortController();
  const { ports, counts } = testPorts({ stopping: stopping.signal });
  counts.set('churn', noCounts('churn'));
  const response = await createApp(ports).request('/api/loops/churn/live', { headers: { cookie: 'signed-in' } });
  setTimeout(() => stopping.abort(), 20);
  const seen: string[] = [];
  for await (const { event } of eventsOf(response)) seen.push(event);
  expect(seen).toContain('counts');
});
