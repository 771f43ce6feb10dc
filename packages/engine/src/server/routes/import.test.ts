import { expect, test } from 'vitest';
import { createApp } from '../create-app.ts';
import type { ServerPorts } from '../ports.ts';
import { nothingImported } from '../shapes/import.ts';
import { asBrowser, testPorts } from '../test-ports.ts';

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
        ...nothingImported(),
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

const upload = async (ports: ServerPorts, name: string, body: RequestInit['body']) => {
  const response = await post(ports, `/api/imports?name=${encodeURIComponent(name)}`, body);
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string; name: string };
};

test('the name of a file never reaches anything as a path', async () => {
  const { ports } = testPorts();
  const { id, name } = await upload(ports, '..\\..//etc/pass\nwd', 'A\n1\n');
  expect(name).toBe('.._..__etc_pass_wd');
  const preview = await asBrowser(createApp(ports))('POST', `/api/imports/${id}/preview`, {});
  expect(await preview.json()).toMatchObject({ columns: [{ name, examples: ['A\n1\n'] }] });
});

test('a form that poses as a file stays bytes', async () => {
  const { ports } = testPorts();
  const form = new FormData();
  form.set('path', '/etc/passwd');
  const { id } = await upload(ports, 'a.csv', form);
  const preview = await asBrowser(createApp(ports))('POST', `/api/imports/${id}/preview`, {});
  const { columns } = (await preview.json()) as { columns: { examples: string[] }[] };
  expect(columns[0]?.examples[0]).toContain('form-data; name="path"');
});

test('a missing name, an empty body and an upload that is not there are refused', async () => {
  const { ports } = testPorts();
  expect((await post(ports, '/api/import', 'A\n')).status).toBe(400);
  expect((await post(ports, '/api/import?name=a.csv', undefined)).status).toBe(400);
  expect((await post(ports, '/api/imports?name=a.csv', undefined)).status).toBe(400);
  const browser = asBrowser(createApp(ports));
  for (const [method, path] of [
    ['POST', 'x/preview'],
    ['POST', 'x/run'],
    ['GET', 'x'],
    ['GET', 'x/rejects'],
    ['DELETE', 'x'],
  ] as const)
    expect([path, (await browser(method, `/api/imports/${path}`, method === 'POST' ? {} : undefined)).status]).toEqual([
      path,
      404,
    ]);
});

test('the file of rejects is a download under the name that its owner knows', async () => {
  const { ports } = testPorts();
  const { id } = await upload(ports, 'Größe "x".csv', 'line');
  const response = await asBrowser(createApp(ports))('GET', `/api/imports/${id}/rejects`);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="rejects.csv"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20_x_.csv.rejects.csv`,
  );
  expect(await response.text()).toBe('line');
});
