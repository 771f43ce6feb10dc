import { expect, test } from 'vitest';
import type { AnyNodeType } from '../../packages/engine/src/plugin/index.ts';
import { channel, report, router, source, wait, writer, z } from '../../packages/engine/src/plugin/index.ts';
import { runToRest } from '../../packages/engine/src/runner/run-to-rest.ts';
import { testEngine } from '../../packages/engine/src/runner/test-engine.ts';
import { end, start } from '../../packages/engine/src/runner/test-nodes.ts';
import { toLoop } from '../simulation/draw.ts';

const said = { stage: 'flow', title: 'Bad', description: 'Bad', settings: z.object({}) } as const;
const never = () => new Promise<never>(() => {});
const huge = 'x'.repeat(100_000_000);
const circular: Record<string, unknown> = {};
circular.self = circular;

/** Somebody else's code answers what it likes, whatever the types say. */
const lie = (value: unknown): never => value as never;
const throws: () => never = () => {
  throw new Error('the plugin fell over');
};
const polluted = lie(JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'));

const each = (choose: (ids: readonly number[]) => unknown) =>
  router({
    ...said,
    type: 't/bad',
    ports: [{ id: 'done' }],
    route: () => ({ by: 'each', choose: ({ batch }) => lie(choose(batch.map(({ id }) => id))) }),
  });
const route = (answer: () => unknown) =>
  router({ ...said, type: 't/bad', ports: [{ id: 'done' }], route: () => lie(answer()) });
const writes = (handle: (ids: readonly number[]) => unknown) =>
  writer({ ...said, type: 't/bad', handle: ({ batch }) => lie(handle(batch.map(({ id }) => id))) });
const composes = (compose: () => unknown, rest: object = {}) =>
  channel({
    ...said,
    type: 't/bad',
    ports: [{ id: 'sent' }, { id: 'failed' }, { id: 'suppressed' }],
    delivery: 'at-most-once',
    compose: () => lie(compose()),
    connect: () => ({ deliver: async () => ({ status: 'sent' }) }),
    ...rest,
  });
const waits = (answer: () => unknown, rest: object = {}) =>
  wait({ ...said, type: 't/bad', wait: () => lie(answer()), ...rest });
const patching = (patch: (id: number) => unknown) => writes((ids) => ({ patches: ids.map((id) => patch(id)) }));

/** Node types that do what no node type should. Whoever comes to them is set aside, with an error that says this much. */
const bad: Record<string, { type: AnyNodeType; says: RegExp }> = {
  'a router that throws': { type: each(throws), says: /the plugin fell over/ },
  'a router that throws what is no error': {
    type: each(() => {
      throw lie(undefined);
    }),
    says: /thrown: undefined/,
  },
  'a router that never answers': { type: each(never), says: /did not answer within/ },
  'a router that answers nothing': { type: each(() => undefined), says: /expected \d+ ports/ },
  'a router that answers too much': { type: each((ids) => [...ids, 0].map(() => 'done')), says: /expected \d+ ports/ },
  'a router that names a port that is not there': {
    type: each((ids) => ids.map(() => 'nowhere')),
    says: /expected a port of done/,
  },
  'a router that names __proto__': { type: each((ids) => ids.map(() => '__proto__')), says: /expected a port of done/ },
  'a router that names a port of 100 MB': { type: each((ids) => ids.map(() => huge)), says: /expected a port of done/ },
  'a router that names objects': { type: each((ids) => ids.map(() => Object.create(null))), says: /port|convert/ },
  'a router whose route throws': { type: route(throws), says: /the plugin fell over/ },
  'a router without a route': { type: route(() => null), says: /expected a route/ },
  'a router of an unknown kind': { type: route(() => ({ by: 'magic' })), says: /expected a route/ },
  'a router whose rule is none': {
    type: route(() => ({
      by: 'rules',
      cases: [{ port: 'done', when: { combinator: 'xor', rules: 5 } }],
      otherwise: 'done',
    })),
    says: /./,
  },
  'a router whose rules lead nowhere': {
    type: route(() => ({ by: 'rules', cases: [], otherwise: 'nowhere' })),
    says: /expected a port of done/,
  },
  'a router whose shares are none': { type: route(() => ({ by: 'shares', key: 'k', shares: 'half' })), says: /./ },

  'a writer that throws': { type: writes(throws), says: /the plugin fell over/ },
  'a writer that never answers': { type: writes(never), says: /did not answer within/ },
  'a writer that answers null': { type: writes(() => null), says: /expected an object with patches, merges or ports/ },
  'a writer that patches a stranger': {
    type: patching(() => ({ customer: 4711, traits: {} })),
    says: /patches for the customers of the batch/,
  },
  'a writer whose patches are no list': { type: writes(() => ({ patches: 5 })), says: /expected patches/ },
  'a writer whose patch is nothing': { type: patching(() => null), says: /patch/ },
  'a writer of traits that are none': { type: patching((customer) => ({ customer, traits: 5 })), says: /traits/ },
  'a writer of a trait that is no JSON': {
    type: patching((customer) => ({ customer, traits: { n: 10n } })),
    says: /traits|BigInt/,
  },
  'a writer of a trait that goes in circles': {
    type: patching((customer) => ({ customer, traits: { circular } })),
    says: /traits|circular/,
  },
  'a writer of a trait of 100 MB': { type: patching((customer) => ({ customer, traits: { huge } })), says: /at most/ },
  'a writer of events that are none': {
    type: patching((customer) => ({ customer, events: [{ type: 5 }] })),
    says: /event/,
  },
  'a writer of events at no time': {
    type: patching((customer) => ({
      customer,
      events: [{ type: 'e', category: 'contact', time: Number.NaN, properties: {} }],
    })),
    says: /event/,
  },
  'a writer of identities that are none': {
    type: patching((customer) => ({ customer, identities: [{ kind: 1, value: {} }] })),
    says: /identit/,
  },
  'a writer of consents that are none': {
    type: patching((customer) => ({ customer, consents: [7] })),
    says: /consent/,
  },
  'a writer that merges nobody': {
    type: writes((ids) => ({ merges: ids.map((customer) => ({ customer, into: 'her' })) })),
    says: /expected merges/,
  },
  'a writer that merges into a stranger': {
    type: writes((ids) => ({ merges: ids.map((customer) => ({ customer, into: 4711, why: 'so' })) })),
    says: /4711/,
  },
  'a writer whose ports are an object': {
    type: writes((ids) => ({ ports: Object.fromEntries(ids.map((id) => [id, 'done'])) })),
    says: /expected ports/,
  },
  'a writer that names a port that is not there': {
    type: writes((ids) => ({ ports: new Map(ids.map((id) => [id, '__proto__'])) })),
    says: /expected a port of done/,
  },

  'a channel that throws': { type: composes(throws), says: /the plugin fell over/ },
  'a channel that never composes': { type: composes(never), says: /did not answer within/ },
  'a channel that composes nothing': { type: composes(() => undefined), says: /expected a message with an address/ },
  'a channel with an address of 100 MB': {
    type: composes(() => ({ address: huge, body: {} })),
    says: /expected a message with an address/,
  },
  'a channel with a body of 100 MB': {
    type: composes(() => ({ address: 'a', body: { huge } })),
    says: /expected a body of at most/,
  },
  'a channel with a body that goes in circles': {
    type: composes(() => ({ address: 'a', body: circular })),
    says: /circular/,
  },
  'a channel with a cost that is none': {
    type: composes(() => ({ address: 'a', body: {}, cost: Number.NaN })),
    says: /expected a cost/,
  },
  'a channel whose contact throws': {
    type: composes(() => ({ address: 'a', body: {} }), { contact: throws }),
    says: /the plugin fell over/,
  },

  'a wait that throws': { type: waits(throws), says: /the plugin fell over/ },
  'a wait for nothing': { type: waits(() => null), says: /expected what to wait for/ },
  'a wait until no instant': {
    type: waits(() => ({ until: { at: Number.NaN, port: 'done' } })),
    says: /expected an instant/,
  },
  'a wait with a port that is not there': {
    type: waits(() => ({ until: { at: 0, port: 'nowhere' } })),
    says: /expected a port of done/,
  },
  'a wait for events that are none': { type: waits(() => ({ events: 5 })), says: /./ },
  'a wait for events of no type': { type: waits(() => ({ events: [{ type: 7, port: 'done' }] })), says: /event/ },
  'a wait whose instants never come': {
    type: waits(() => ({ until: { at: 0, port: 'done' } }), { due: never }),
    says: /did not answer within/,
  },
  'a wait whose instants are none': {
    type: waits(() => ({ until: { at: 0, port: 'done' } }), {
      due: ({ batch }: { batch: readonly object[] }) => batch.map(() => polluted),
    }),
    says: /expected an instant/,
  },
};

const healthy = toLoop('healthy', { in: ['t/in'], end: ['t/end'] }, ['in.entered -> end']);

async function through(type: AnyNodeType) {
  const tested = await testEngine([start, end, type], { limits: { handlerTimeout: 60 } });
  const { db, engine, clock, people, counts } = tested;
  const ports = type.contract === 'channel' ? ['sent', 'failed', 'suppressed'] : ['done'];
  const loop = toLoop('bad', { in: ['t/in'], bad: ['t/bad'], end: ['t/end'] }, [
    'in.entered -> bad',
    ...ports.map((port) => `bad.${port} -> end`),
  ]);
  const ids = await people([{ a: 1 }, { a: 2 }, { a: 3 }]);
  await engine.enter(await engine.publish(loop), ids);
  await engine.enter(await engine.publish(healthy), ids);
  await runToRest(engine, clock, { tick: 1 });
  const errors = await db.read((tx) => tx.all<{ error: string }>('SELECT error FROM parked ORDER BY customer'));
  return { ...tested, bad: (await counts('bad')).bad, others: (await counts('healthy')).end, errors };
}

for (const [what, { type, says }] of Object.entries(bad))
  test(`${what} sets its customers aside with an error, and the other loop goes on`, async () => {
    const { bad, others, errors } = await through(type);
    expect(bad).toEqual({ entered: 3, ports: {}, waiting: 0, parked: 3 });
    expect(others?.ports).toEqual({ ended: 3 });
    for (const { error } of errors) {
      expect(error).toMatch(says);
      expect(error.length).toBeLessThanOrEqual(2_000);
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

test('of a batch only whom a bad patch is about is set aside, and a trait named __proto__ is a trait like any other', async () => {
  const type = writes((ids) => ({
    patches: ids.map((customer) => ({
      customer,
      traits: customer === 2 ? { n: 10n } : JSON.parse('{"__proto__": {"polluted": 1}}'),
    })),
  }));
  const { bad, errors, db } = await through(type);
  expect(bad).toEqual({ entered: 3, ports: { done: 2 }, waiting: 0, parked: 1 });
  expect(errors).toHaveLength(1);
  const [first] = await db.read((tx) =>
    tx.all<{ traits: string }>(`SELECT ${tx.dialect.json('traits')} AS traits FROM customer WHERE id = 1`),
  );
  expect(first?.traits).toContain('"__proto__"');
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

const reports: Record<string, (context: { population: object }) => unknown> = {
  'that throws': throws,
  'that never settles': never,
  'of figures that go in circles': async () => ({ figures: circular }),
  'of figures that are no JSON': async () => ({ figures: { n: 10n } }),
  'of figures of 100 MB': async () => ({ figures: { huge } }),
  'of nothing': async () => undefined,
  'that proposes for a node that is not there': async () => ({
    figures: {},
    take: true,
    proposals: [{ node: '__proto__', path: ['a'], value: 1, why: 'so' }],
  }),
  'whose proposals are none': async () => ({ figures: {}, take: true, proposals: 7 }),
};
for (const [what, figures] of Object.entries(reports))
  test(`a report ${what} lets its customers through and shows the error in place of figures`, async () => {
    const type = report({ ...said, type: 't/bad', report: (context) => lie(figures(context)) });
    const { db, bad, others } = await through(type);
    expect(bad).toEqual({ entered: 3, ports: { done: 3 }, waiting: 0, parked: 0 });
    expect(others?.ports).toEqual({ ended: 3 });
    const rows = await db.read((tx) =>
      tx.all<{ due: number | null; figures: string }>('SELECT due, figures FROM report'),
    );
    expect(rows).toEqual([{ due: null, figures: expect.stringMatching(/^\{"error":".{3,2100}"\}$/) }]);
  });

const entries: Record<string, () => unknown> = { 'that throws': throws, 'that says nothing': () => null };
for (const [what, entry] of Object.entries(entries))
  test(`a source ${what} when it is asked who enters keeps nobody's events from being taken in`, async () => {
    const type = source({ ...said, type: 't/bad', ports: [{ id: 'entered' }], entry: () => lie(entry()) });
    const onPing = source({
      ...said,
      type: 't/ping',
      ports: [{ id: 'entered' }],
      entry: () => ({ on: 'event', event: 'ping' }),
    });
    const { engine, clock, counts } = await testEngine([end, type, onPing]);
    await engine.publish(toLoop('bad', { bad: ['t/bad'], end: ['t/end'] }, ['bad.entered -> end']));
    await engine.publish(toLoop('ping', { on: ['t/ping'], end: ['t/end'] }, ['on.entered -> end']));
    await engine.record([
      {
        identities: [{ kind: 'key', value: 'c1' }],
        event: { type: 'ping', category: 'contact', time: clock.now(), properties: {} },
      },
    ]);
    await runToRest(engine, clock, { tick: 1 });
    expect((await counts('ping')).end?.ports).toEqual({ ended: 1 });
  });

const deliveries: Record<string, () => unknown> = {
  throws,
  'answers nothing': () => undefined,
  'answers with a status of its own': () => ({ status: 'perhaps' }),
  'never settles': never,
};
for (const [what, deliver] of Object.entries(deliveries))
  test(`a way out that ${what} leaves a message that may go once unknown, and one that may go twice is tried again`, async () => {
    for (const delivery of ['at-most-once', 'at-least-once'] as const) {
      const type = composes(() => ({ address: 'a', body: {} }), { delivery });
      const transport = { deliver: () => lie(deliver()) };
      const { db, engine, people } = await testEngine([start, end, type], {
        limits: { handlerTimeout: 20 },
        transports: { open: async () => transport, isLocal: () => false, close: async () => {} },
      });
      const loop = toLoop('bad', { in: ['t/in'], bad: ['t/bad'], end: ['t/end'] }, [
        'in.entered -> bad',
        ...['sent', 'failed', 'suppressed'].map((port) => `bad.${port} -> end`),
      ]);
      await engine.enter(await engine.publish(loop), await people([{ a: 1 }]));
      while ((await engine.work()) > 0);
      await engine.deliver();
      const [message] = await db.read((tx) => tx.all<{ status: string }>('SELECT status FROM message'));
      expect(message).toEqual({ status: delivery === 'at-most-once' ? 'unknown' : 'queued' });
    }
  });
