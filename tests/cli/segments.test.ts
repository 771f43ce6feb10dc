import { expect, test } from 'vitest';
import { draw } from './draw.ts';
import { serving } from './serving.ts';

const patience = { timeout: 15_000 };
const gold = { combinator: 'and', rules: [{ field: 'plan', operator: '=', value: 'gold' }] };

/** Whoever comes into the segment waits for an order, or until it is out of the segment. */
const rescue = {
  ...draw(
    [
      ['in', 'collect/segment', { segment: 'gold' }],
      ['calls', 'collect/call'],
      ['wait', 'collect/wait-for-event', { events: [{ event: 'order', port: 'ordered' }], timeout: 'P30D' }],
      ['out', 'flow/end'],
    ],
    ['in.entered > wait', 'calls.entered > wait', 'wait.ordered > out', 'wait.timeout > out'],
    'rescue',
  ),
  exits: [{ on: 'segment', segment: 'gold', when: 'left' }],
};

test('a segment made over HTTP lets customers into a loop and out of it as they change, by import too', {
  timeout: 60_000,
}, async () => {
  const { asRole, address } = await serving();
  const token = await asRole('operator');
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const enter = async (...parties: { value: string; plan: string }[]) =>
    call('POST', '/api/loops/rescue/enter', {
      parties: parties.map(({ value, plan }) => ({ identities: [{ kind: 'key', value }], traits: { plan } })),
    });
  const live = async () => (await call('GET', '/api/loops/rescue/status')).body.versions[0].live as number;

  const drawn = await call('POST', '/api/loops', { id: 'rescue', name: 'Rescue', document: rescue });
  expect(drawn.status).toBe(201);
  expect(drawn.body.problems).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({ code: 'unknown-segment', path: 'nodes[0].data.settings.segment' }),
      expect.objectContaining({ code: 'unknown-segment', path: 'exits[0].segment' }),
    ]),
  );
  expect((await call('PUT', '/api/segments/gold', { name: 'Gold', rule: gold })).status).toBe(200);
  const { body: loop } = await call('GET', '/api/loops/rescue');
  expect(loop.problems.filter(({ level }: { level: string }) => level === 'error')).toEqual([]);
  expect((await call('POST', '/api/loops/rescue/publish', { revision: loop.revision })).status).toBe(200);
  expect((await call('DELETE', '/api/segments/gold')).body.error.message).toContain('used by the loop rescue');
  expect((await call('GET', '/api/segments/gold')).body).toMatchObject({
    count: 0,
    uses: { loops: [{ id: 'rescue', published: true }], segments: [] },
  });

  // Who is gold by what is told of it has entered by the segment already, so that the call lets only the other in.
  expect((await enter({ value: 'ada', plan: 'gold' }, { value: 'bob', plan: 'tin' })).body).toEqual({ entered: 1 });
  expect(await live()).toBe(2);
  expect((await enter({ value: 'ada', plan: 'tin' })).body).toEqual({ entered: 1 });
  expect(await live()).toBe(2);

  // The engine asks those whom a file has changed, by and by; who is in the loop already does not enter.
  const imported = await fetch(`${address}/api/import?name=more.csv&key=id`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: 'id,plan\neve,gold\njoe,tin\nada,gold\n',
  });
  expect(imported.status).toBe(200);
  await expect.poll(live, patience).toBe(3);
});
