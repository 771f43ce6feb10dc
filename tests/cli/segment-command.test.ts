import { expect, test } from 'vitest';
import { folder, osicam, osicamJson, write } from './osicam.ts';
import { serving } from './serving.ts';

const patience = { timeout: 60_000 };
const of = (...rules: object[]) => ({ combinator: 'and', rules });
const gold = of({ field: 'plan', operator: '=', value: 'gold' });
const listed = of({ field: '$list.vip', operator: '=', value: true });
const renewing = of({ field: 'renewal', operator: 'within', value: 'P30D' });

test('whom a rule selects is counted by the command, previewed by the server and kept as a segment, the same in each', {
  timeout: 180_000,
}, async () => {
  const { asRole, address, env } = await serving();
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
  const csv =
    'email,name,plan,renewal\nada@example.com,Ada,gold,2026-01-10T00:00:00Z\nbob@example.com,Bob,tin,2025-06-01T00:00:00Z\n' +
    'eve@example.com,Eve,gold,\n';
  const imported = await fetch(`${address}/api/import?name=people.csv&key=email`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: csv,
  });
  expect(imported.status).toBe(200);

  // Lists take keys of any kind, and tell whose are nobody's.
  expect((await call('PUT', '/api/lists/vip', { name: 'VIP' })).status).toBe(200);
  const keys = ['#1', 'key:eve@example.com', 'bob@example.com', 'nobody@example.com', '#99'];
  expect((await call('POST', '/api/lists/vip/members', { keys })).body).toEqual({
    changed: 3,
    unchanged: 0,
    unknown: ['nobody@example.com', '#99'],
  });
  expect((await call('DELETE', '/api/lists/vip/members', { keys: [' eve@example.com ', '#3'] })).body).toEqual({
    changed: 1,
    unchanged: 0,
    unknown: [],
  });
  expect((await call('POST', '/api/lists/none/members', { keys })).status).toBe(404);
  expect((await call('GET', '/api/lists')).body).toMatchObject([{ id: 'vip', name: 'VIP', count: 2 }]);

  for (const [id, rule] of Object.entries({ gold, listed }))
    expect((await call('PUT', `/api/segments/${id}`, { name: id, rule })).status).toBe(200);
  const counts = async () =>
    (await call('GET', '/api/segments')).body.map(({ id, count }: { id: string; count: number }) => [id, count]);
  await expect.poll(counts, patience).toEqual([
    ['gold', 2],
    ['listed', 2],
  ]);
  expect((await call('GET', '/api/segments/gold/overlap')).body).toEqual([
    { id: 'listed', name: 'listed', own: 2, other: 2, both: 1 },
  ]);
  expect((await call('GET', '/api/segments/gold/overlap?with=none')).status).toBe(404);
  const { members, next } = (await call('GET', '/api/segments/gold/members?limit=1')).body;
  expect(members).toMatchObject([{ id: 1, name: 'Ada', email: 'ada@example.com' }]);
  expect((await call('GET', `/api/segments/gold/members?after=${next}`)).body.members).toMatchObject([{ id: 3 }]);
  expect((await call('DELETE', '/api/lists/vip')).body.error.message).toContain('used by the segment listed');

  const preview = await call('POST', '/api/segments/preview', { rule: gold });
  expect(preview.body).toMatchObject({ count: 2, total: 3, sample: [{ id: 1 }, { id: 3 }] });
  const circle = of({ field: '$segment.gold', operator: '=', value: true });
  expect((await call('POST', '/api/segments/preview', { rule: circle, id: 'gold' })).body.error.message).toContain(
    'leads to itself',
  );

  // The command, beside the server, on its database.
  const here = folder();
  const file = write(here, 'gold.json', gold);
  const counted = await osicamJson<{ count: number; sample: object[]; seconds: number }>(['segment', 'count', file], {
    env,
  });
  expect(counted).toEqual({
    count: 2,
    sample: [
      { id: 1, name: 'Ada', email: 'ada@example.com' },
      { id: 3, name: 'Eve', email: 'eve@example.com' },
    ],
    seconds: expect.any(Number),
  });
  const asSegment = write(here, 'segment.json', { id: 'x', name: 'X', rule: renewing });
  const at = async (instant: string) =>
    (await osicamJson<{ count: number }>(['segment', 'count', asSegment, '--at', instant], { env })).count;
  expect([await at('2026-02-01T00:00:00Z'), await at('2025-06-15')]).toEqual([1, 1]);
  expect(await at('2027-01-01')).toBe(0);
  expect(await osicamJson(['segment', 'list'], { env })).toMatchObject([
    { id: 'gold', count: 2, filling: false },
    { id: 'listed', count: 2 },
  ]);
  expect(await osicamJson(['segment', 'members', 'listed'], { env })).toMatchObject([{ id: 1 }, { id: 2 }]);
});

test('a rule that cannot be counted is told with its place, and so is a database that is not there', {
  timeout: 120_000,
}, async () => {
  const here = folder();
  const wrong = write(here, 'wrong.json', of({ field: 'plan', operator: 'is', value: 1 }));
  const database = ['--db', `${here}/none.sqlite`];
  const refused = await osicam(['segment', 'count', wrong, ...database]);
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('rules[0].operator: expected one of = ');
  expect((await osicam(['segment', 'list', ...database])).stderr).toContain('there is no database');
  expect((await osicam(['segment', 'count', wrong, '--at', 'soon', ...database])).code).toBe(2);
});
