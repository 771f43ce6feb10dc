import { setTimeout as sleep } from 'node:timers/promises';
import { indexedTo } from '../../packages/engine/src/customers/search-words.ts';
import { openSqliteReader } from '../../packages/engine/src/store/index.ts';
import type { Served } from './served.ts';

/** Two segments as somebody would make them: buyers of the last quarter from one country, and who has not bought for long but opens mails. */
const segments = [
  {
    id: 'bench-buyers',
    name: 'Buyers',
    rule: {
      combinator: 'and',
      rules: [
        { field: 'country', operator: '=', value: 'DE' },
        {
          field: 'order',
          operator: '=',
          match: { mode: 'atLeast', threshold: 3 },
          value: { combinator: 'and', rules: [{ field: 'time', operator: 'within', value: 'P90D' }] },
        },
      ],
    },
  },
  {
    id: 'bench-readers',
    name: 'Readers',
    rule: {
      combinator: 'and',
      rules: [
        {
          field: 'mail opened',
          operator: '=',
          match: { mode: 'atLeast', threshold: 1 },
          value: { combinator: 'and', rules: [{ field: 'time', operator: 'within', value: 'P30D' }] },
        },
        {
          field: 'order',
          operator: '=',
          match: { mode: 'none' },
          value: { combinator: 'and', rules: [{ field: 'time', operator: 'within', value: 'P90D' }] },
        },
      ],
    },
  },
];

/** Makes the segments of a served instance, and waits until each has its members and everybody can be searched for. */
export async function keepSegments({ address, token, file }: Served): Promise<void> {
  for (const { id, ...segment } of segments) {
    const answer = await fetch(`${address}/api/segments/${id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(segment),
    });
    if (!answer.ok) throw new Error(`the segment ${id}: ${answer.status} ${await answer.text()}`);
  }
  const reader = await openSqliteReader(`sqlite:${file}`);
  const filling = () =>
    reader.read((tx) =>
      tx.first<{ count: number }>('SELECT count(*) AS count FROM segment WHERE filled_to IS NOT NULL'),
    );
  const indexing = () =>
    reader.read(async (tx) => {
      const last = await tx.first<{ id: number }>('SELECT max(id) AS id FROM customer');
      return (await indexedTo(tx)) < (last?.id ?? 0);
    });
  while (((await filling())?.count ?? 0) > 0 || (await indexing())) await sleep(100);
  await reader.close();
}

/** Looks from outside at how far behind the engine is with what has been accepted. */
export async function watchIntake(file: string) {
  const reader = await openSqliteReader(`sqlite:${file}`);
  let lag = 0;
  let began = 0;
  let first = 0;
  let timer: NodeJS.Timeout | undefined;
  const oldest = () =>
    reader.read((tx) => tx.first<{ at: number }>('SELECT received_at AS at FROM intake ORDER BY id LIMIT 1'));
  const lastEvent = async () =>
    (await reader.read((tx) => tx.first<{ id: number }>('SELECT max(id) AS id FROM event')))?.id ?? 0;
  const look = async () => {
    const row = await oldest();
    if (row) lag = Math.max(lag, Date.now() - row.at);
  };
  const empty = async () => {
    while (await oldest()) await sleep(20);
  };
  return {
    empty,
    async begin() {
      first = await lastEvent();
      began = performance.now();
      timer = setInterval(() => void look(), 50);
    },
    /** When all has been worked in: for how many seconds the oldest has lain there at most, how many events there are, and how long it took. */
    async end() {
      await empty();
      const seconds = (performance.now() - began) / 1000;
      clearInterval(timer);
      const events = (await lastEvent()) - first;
      await reader.close();
      return { lagSeconds: lag / 1000, seconds, events };
    },
  };
}
