import { expect, test } from 'vitest';
import type { ServerPorts } from '../ports.ts';
import { browserOf, noon, testPorts } from '../test-ports.ts';

test('the inbox is there in the demo alone', async () => {
  const { ports } = testPorts();
  expect((await browserOf(ports)('GET', '/api/inbox')).status).toBe(404);
  expect((await browserOf(ports)('GET', '/api/inbox/1')).status).toBe(404);
  const mail = { id: '1', to: 'a@example.com', from: 'b@example.com', subject: 'Hello', at: noon, preview: 'Hel' };
  const inbox: ServerPorts['inbox'] = {
    list: async () => ({ mails: [mail], total: 1 }),
    get: async (id) =>
      id === '1' ? { ...mail, text: 'Hello', html: '<p>Hello', headers: { 'message-id': 'x' } } : undefined,
  };
  const call = browserOf({ ...ports, inbox });
  expect(await (await call('GET', '/api/inbox')).json()).toMatchObject({
    mails: [{ at: '2026-03-01T12:00:00.000Z' }],
    total: 1,
  });
  expect(await (await call('GET', '/api/inbox/1')).json()).toMatchObject({ html: '<p>Hello' });
  expect((await call('GET', '/api/inbox/2')).status).toBe(404);
});
