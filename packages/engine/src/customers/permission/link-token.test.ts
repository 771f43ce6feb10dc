import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLink, signLink } from './link-token.ts';

const secret = 'a secret of this installation, 32+';
const claim = fc.record({
  customer: fc.nat(),
  channel: fc.string({ minLength: 1, maxLength: 100 }),
  purpose: fc.string({ minLength: 1, maxLength: 100 }),
  node: fc.nat(),
});

test('a token says what was signed, in an address as it stands', () => {
  fc.assert(
    fc.property(claim, (signed) => {
      const token = signLink(secret, signed);
      expect(token).toMatch(/^[\w.-]+$/);
      expect(readLink(secret, token)).toEqual(signed);
    }),
  );
});

test('a token with one character changed, cut or added says nothing, nor does that of another installation', () => {
  fc.assert(
    fc.property(claim, fc.nat(), fc.constantFrom('A', 'a', '0', '-', '_', '.'), (signed, place, other) => {
      const token = signLink(secret, signed);
      const at = place % token.length;
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      if (changed !== token) expect(readLink(secret, changed)).toBeUndefined();
      expect(readLink(secret, token.slice(0, at))).toBeUndefined();
      expect(readLink(secret, token + other)).toBeUndefined();
      expect(readLink('another secret', token)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
