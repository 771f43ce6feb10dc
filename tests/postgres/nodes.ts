import { channel, definePlugin, router, source, wait, writer, z } from '../../packages/engine/src/plugin/index.ts';

const said = (title: string) => ({ title, description: title });

/** A node of each contract that moves people, for workers that are processes of their own. */
export default definePlugin({
  name: 'w',
  nodes: [
    source({
      type: 'w/in',
      stage: 'collect',
      ...said('In'),
      settings: z.object({}),
      entry: () => ({ on: 'records', again: 'never' }),
    }),
    router({
      type: 'w/half',
      stage: 'segment',
      ...said('Half'),
      settings: z.object({}),
      ports: [{ id: 'even' }, { id: 'odd' }],
      route: () => ({
        by: 'rules',
        cases: [
          { port: 'even', when: { combinator: 'and', rules: [{ field: 'parity', operator: '=', value: 'even' }] } },
        ],
        otherwise: 'odd',
      }),
    }),
    writer({
      type: 'w/stamp',
      stage: 'aliment',
      ...said('Stamp'),
      settings: z.object({}),
      // Done twice for one customer, it would say so.
      handle: ({ batch }) => ({
        patches: batch.map(({ id, traits }) => ({
          customer: id,
          traits: { stamps: Number(traits['stamps'] ?? 0) + 1 },
        })),
      }),
    }),
    wait({
      type: 'w/answer',
      stage: 'collect',
      ...said('Answer'),
      settings: z.object({ seconds: z.number() }),
      ports: [{ id: 'answered' }, { id: 'timeout' }],
      wait: ({ settings, now }) => ({
        until: { at: now + settings.seconds * 1_000, port: 'timeout' },
        events: [{ type: 'answer', port: 'answered' }],
        since: 'entry',
      }),
    }),
    channel({
      type: 'w/send',
      stage: 'interact',
      ...said('Send'),
      settings: z.object({}),
      delivery: 'at-least-once',
      concurrency: 20,
      compose: ({ customer }) => ({ address: String(customer.id), body: {} }),
      connect: ({ config }) => ({
        deliver: async ({ key }) => {
          const { url } = config as { url: string };
          const answer = await fetch(url, { method: 'POST', body: key });
          await answer.arrayBuffer();
          return { status: answer.ok ? 'sent' : 'retry' };
        },
      }),
    }),
    router({
      type: 'w/end',
      stage: 'flow',
      ...said('End'),
      settings: z.object({}),
      ports: [{ id: 'ended', terminal: true }],
      route: () => ({ by: 'rules', cases: [], otherwise: 'ended' }),
    }),
  ],
});
