import { expect, test } from 'vitest';
import type { Habits } from './values.ts';
import { readDate, readEmail, readers, readName, readNumber, readPhone } from './values.ts';

const habits: Habits = { country: 'GB', decimal: 'point', dates: 'dayFirst' };

test.each([
  ['  JOHN   SMITH ', 'John Smith'],
  ['jean-luc o’neil', 'Jean-Luc O’Neil'],
  ['LUDWIG VAN BEETHOVEN', 'Ludwig van Beethoven'],
  ['mcdonald', 'McDonald'],
  ['DeShawn McKay', 'DeShawn McKay'],
  ['ÉLODIE', 'Élodie'],
  ['李小龙', '李小龙'],
  ['123', undefined],
])('the name "%s" is read as %s', (text, name) => expect(readName(text)).toBe(name));

test.each([
  [' Ann.Lee@Example.COM ', 'ann.lee@example.com'],
  ['mailto:ann@example.com', 'ann@example.com'],
  ['Ann Lee <ann@example.com>', 'ann@example.com'],
  ['ann@example.com.', 'ann@example.com'],
  ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
  ['ann@@example.com', undefined],
  ['ann@example', undefined],
  ['ann lee@example.com', undefined],
  ['.ann@example.com', undefined],
  ['ann@192.168.1.1', undefined],
  ['a@b.c\r\nBcc: d@e.f', undefined],
  [`${'a'.repeat(65)}@example.com`, undefined],
])('the address "%s" is read as %s', (text, email) => expect(readEmail(text)).toBe(email));

test.each([
  ['020 7946 0018', '+442079460018'],
  ['(020) 7946-0018', '+442079460018'],
  ['0044 20 7946 0018', '+442079460018'],
  ['+1 (202) 555-0143', '+12025550143'],
  ['442079460018', '+442079460018'],
  ['12345', undefined],
  ['call me', undefined],
  ['000000', undefined],
])('the phone number "%s" is read as %s', (text, phone) => expect(readPhone(text, habits)).toBe(phone));

test.each([
  ['1,234.50', 1234.5],
  ['£ 12.30', 12.3],
  ['-7', -7],
  ['12 000', 12_000],
  ['15%', 15],
  ['1,23', undefined],
  ['12 apples', undefined],
  ['1e400', undefined],
])('the number "%s" is read as %s', (text, number) => expect(readNumber(text, habits)).toBe(number));

test('a comma can part the decimals', () => {
  expect(readNumber('1.234,50 €', { ...habits, decimal: 'comma' })).toBe(1234.5);
  expect(readNumber('1.234', { ...habits, decimal: 'comma' })).toBe(1234);
});

test.each([
  ['2026-02-03', '2026-02-03'],
  ['3/2/2026', '2026-02-03'],
  ['03.02.2026', '2026-02-03'],
  ['20260203', '2026-02-03'],
  ['2026-02-03T10:00:00+02:00', '2026-02-03T08:00:00.000Z'],
  ['2026-02-03 10:00', '2026-02-03T10:00:00.000Z'],
  ['30/02/2026', undefined],
  ['2026-02-30T10:00:00Z', undefined],
  ['yesterday', undefined],
])('the date "%s" is read as %s', (text, date) => expect(readDate(text, habits)).toBe(date));

test('the month can come first', () => {
  expect(readDate('02/03/2026', { ...habits, dates: 'monthFirst' })).toBe('2026-02-03');
  expect(readDate('31/03/2026', { ...habits, dates: 'monthFirst' })).toBeUndefined();
});

test('yes and no are read in several tongues', () => {
  expect(['Yes', 'oui', '1', 'TRUE'].map(readers.boolean)).toEqual([true, true, true, true]);
  expect(['no', 'Nein', '0', 'false'].map(readers.boolean)).toEqual([false, false, false, false]);
  expect(readers.boolean('perhaps')).toBeUndefined();
});
