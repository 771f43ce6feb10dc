import { expect, test } from 'vitest';
import { guardedLookup, isPublic } from './outbound.ts';

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  'fe80::1',
  'fc00::1',
  'ff02::1',
  '2002:7f00:1::',
  '2001:db8::1',
  '2001::1',
  'localhost',
  '',
])('%s is not public', (address) => expect(isPublic(address)).toBe(false));

test.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::5', '[2606:4700::1111]'])(
  '%s is public',
  (address) => expect(isPublic(address)).toBe(true),
);

test.each([
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://[::1]:8080/',
  'http://[::ffff:127.0.0.1]/',
])('%s is refused before anything is resolved', (url) =>
  expect(() => guardedLookup(new URL(url), [])).toThrow('expected a public address'),
);

test('a name that leads to a private address is refused when it is resolved', async () => {
  const look = guardedLookup(new URL('http://localhost:8080/'), ['localhost:9090']);
  const error = await new Promise((resolve) => look?.('localhost', { all: true }, (problem) => resolve(problem)));
  expect(String(error)).toContain('localhost:8080: expected a public address');
});

test('what the installation allows is not looked at', () => {
  expect(guardedLookup(new URL('http://localhost:8080/'), ['localhost:8080'])).toBeUndefined();
  expect(guardedLookup(new URL('https://[::1]/'), ['[::1]:443'])).toBeUndefined();
});
