import { expect, test } from 'vitest';
import { createApp } from '../create-app.ts';
import type { ServerPorts } from '../ports.ts';
import { testPorts } from '../test-ports.ts';

const headers = { cookie: 'signed-in', 'sec-fetch-site': 'same-origin' };
const post = (ports: ServerPorts, path: string, body: RequestInit['body']) =>
  createApp(ports).request(path, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);

test('a file is handed on as it arrives, not when all of it is there', async () => {
  const { ports } = testPorts();
  const order: string[] = [];
  const file = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (order.filter((what) => what === 'sent').length === 3) return controller.close();
        order.push('sent');
        controller.enqueue(new Uint8Array(1000));
      },
    },
    { highWaterMark: 0 },
  );
  const imports: ServerPorts['imports'] = {
    ...ports.imports,
    import: async (stream, options) => {
      for await (const chunk of stream) order.push(`got ${chunk.length}`);
      expect(options).toMatchObject({ name: 'a.csv', key: 'Customer ID', loop: 'churn' });
      const reject = { line: 2, reason: 'ragged', text: 'x' };
      return {
        rows: 500,
        created: 1,
        updated: 2,
        unchanged: 3,
        rejected: 200,
        rejects: Array.from({ length: 200 }, () => reject),
        columns: [{ name: 'A', type: 'number' }],
        entered: 4,
      };
    },
  };
  const response = await post({ ...ports, imports }, '/api/import?name=a.csv&key=Customer%20ID&loop=churn', file);
  expect(response.status).toBe(200);
  const summary = (await response.json()) as { rejects: object[] };
  expect(summary).toMatchObject({ rows: 500, rejected: 200, entered: 4 });
  expect(summary.rejects).toHaveLength(100);
  expect(order.slice(0, 4)).toEqual(['sent', 'got 1000', 'sent', 'got 1000']);
});

test('the name of a file never reaches anything as a path', async () => {
  const { ports } = testPorts();
  const response = await post(
    ports,
    `/api/import/preview?name=${encodeURIComponent('..\\..//etc/pass\nwd')}`,
    'A\n1\n',
  );
  expect(await response.json()).toMatchObject({ columns: [{ name: '.._..__etc_pass_wd', samples: ['A\n1\n'] }] });
});

test('a form that poses as a file stays bytes', async () => {
  const { ports } = testPorts();
  const form = new FormData();
  form.set('path', '/etc/passwd');
  const response = await post(ports, '/api/import/preview?name=a.csv', form);
  const { columns } = (await response.json()) as { columns: { samples: string[] }[] };
  expect(columns[0]?.samples[0]).toContain('form-data; name="path"');
});

test('a preview longer than 256 KB and a missing name are refused', async () => {
  const { ports } = testPorts();
  expect((await post(ports, '/api/import/preview?name=a.csv', new Uint8Array(256 * 1024 + 1))).status).toBe(413);
  expect((await post(ports, '/api/import/preview?name=a.csv', new Uint8Array(256 * 1024))).status).toBe(200);
  expect((await post(ports, '/api/import', 'A\n')).status).toBe(400);
  expect((await post(ports, '/api/import?name=a.csv', undefined)).status).toBe(400);
});
