import { expect, test } from 'vitest';
import { browserOf, testPorts } from './test-ports.ts';

test('what a full disk refuses is answered by 503 and when to try again, and not by where the file is', async () => {
  const refusal = Object.assign(new Error('cannot use the database /srv/osicam.sqlite: the disk is full'), {
    name: 'StoreError',
  });
  const { ports, lines } = testPorts({ messages: { list: () => Promise.reject(refusal) } });
  const response = await browserOf(ports)('GET', '/api/messages');
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/nothing was stored, try again/) });
  expect(error.message).not.toContain('/srv');
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
    { fields: { error: { message: expect.stringContaining('/srv/osicam.sqlite') } } },
  ]);
});
