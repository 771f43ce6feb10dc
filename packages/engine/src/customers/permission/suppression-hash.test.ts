import { expect, test } from 'vitest';
import { suppressionHash } from './suppression-hash.ts';

const secret = 'a secret of this installation, 32+';
const hash = (address: string, channel = 'email') => suppressionHash(secret, channel, address);

test('an address has one hash however it is written, and another by another channel or secret', () => {
  expect(hash(' Ann@Example.COM ')).toBe(hash('ann@example.com'));
  expect(hash('ann@bücher.example')).toBe(hash('ann@xn--bcher-kva.example'));
  expect(hash('+49 (30) 123-45', 'sms')).toBe(hash('+493012345', 'sms'));
  expect(hash('Token-A', 'push')).not.toBe(hash('token-a', 'push'));
  const all = [
    hash('ann@example.com'),
    hash('ann@example.com', 'sms'),
    hash('ann@example.org'),
    suppressionHash('another secret', 'email', 'ann@example.com'),
  ];
  expect(new Set(all).size).toBe(4);
});

test('a hash does not hold the address', () => {
  expect(hash('ann@example.com')).toMatch(/^[\w-]{43}$/);
});
