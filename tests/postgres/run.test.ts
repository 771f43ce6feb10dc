import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { draw } from '../cli/draw.ts';
import type { Run } from '../cli/osicam.ts';
import { folder, osicamJson, whereSomebodyIsLost, write } from '../cli/osicam.ts';
import type { PostgresServer } from '../lib/postgres-server.ts';
import { startPostgres } from '../lib/postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.remove());

/** Rules, shares, a writer, a channel, waits, reports, and a round. */
const loop = draw(
  [
    ['in', 'collect/file', { path: 'people.csv', key: 'id' }],
    ['tidy', 'organize/normalize', { fields: [{ from: ['city'], to: 'city', as: 'text' }] }],
    [
      'worth',
      'segment/rules',
      {
        cases: [
          {
            port: 'high',
            when: {
              combinator: 'and',
              rules: [
                { field: 'revenue', operator: '>', value: 700 },
                { field: 'city', operator: 'contains', value: 'Ü' },
              ],
            },
          },
          {
            port: 'lately',
            when: { combinator: 'and', rules: [{ field: 'since', operator: 'within', value: 'P900D' }] },
          },
        ],
        otherwise: 'low',
      },
    ],
    ['trial', 'flow/experiment', { holdout: 0.3, arms: [{ port: 'treated', weight: 1 }] }],
    ['mail', 'interact/email', { from: 'Example <service@example.com>', consent: 'notNeeded', cost: 2 }],
    ['answer', 'collect/wait-for-event', { events: [{ event: 'order', port: 'ordered' }], timeout: 'P10D' }],
    ['count', 'aliment/set-traits', { increment: [{ trait: 'turns' }] }],
    ['uplift', 'measure/uplift', { experiment: 'trial', goal: 'order', within: 'P10D' }],
    ['sum', 'measure/summary'],
    ['pause', 'flow/delay', { for: 'P20D' }],
  ],
  [
    'in.entered > tidy',
    'tidy.done > worth',
    'worth.high > trial',
    'worth.lately > trial',
    'worth.low > count',
    'trial.treated > mail',
    'trial.holdout > answer',
    'mail.sent > answer',
    'mail.failed > answer',
    'mail.suppressed > answer',
    'answer.ordered > count',
    'answer.timeout > count',
    'count.done > uplift',
    'uplift.done > sum',
    'sum.done > pause',
    'pause.done > worth',
  ],
  'both',
);

const csv = (count: number) =>
  [
    'id,city,revenue,email,since',
    ...Array.from(
      { length: count },
      (_, i) =>
        `c${i},${i % 3 === 0 ? ' Überlingen' : 'ulm '},${(i * 37) % 1000},c${i}@example.com,202${i % 7}-0${1 + (i % 9)}-11`,
    ),
    '',
  ].join('\n');

test('a run comes to the same figures on SQLite and on PostgreSQL, share for share', async () => {
  await server.createDatabase('run');
  const data = folder();
  write(data, 'people.csv', csv(2_000));
  const file = write(data, 'loop.json', loop);
  const run = async (db: string): Promise<Run> =>
    osicamJson<Run>(['run', file, '--db', db, '--turns', '2', '--seed', '7']);
  const { seconds: _, ...onSqlite } = await run(join(data, 'run.sqlite'));
  const { seconds: __, ...onPostgres } = await run(server.url('run'));
  expect(onPostgres).toEqual(onSqlite);
  expect(onSqlite).toMatchObject({ customers: 2_000, turns: 2 });
  expect(whereSomebodyIsLost(onPostgres as Run)).toEqual([]);
}, 120_000);
