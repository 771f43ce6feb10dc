import { z } from '@osicam/engine/plugin';

/** What people and programs write where they know nothing. Two customers who share one of these share nothing. */
export const blockedByDefault = [
  'anonymous',
  'anon',
  'guest',
  'n/a',
  'na',
  '#n/a',
  'nobody',
  'none',
  'noemail',
  'null',
  '(null)',
  'nil',
  'nan',
  'undefined',
  'unknown',
  'not available',
  'test',
  'test@test.com',
  'noreply',
  'no-reply',
  '-1',
  '-',
  '--',
  '?',
];

export const blockedField = () =>
  z.array(z.string().min(1)).default(blockedByDefault).meta({
    title: 'Values that identify nobody',
    description:
      'What people write where they know nothing. Never used to recognise a customer; rows of zeros or of one repeated digit are never used either.',
  });

/** Whether a value, or what stands before the @ of an address, identifies nobody. */
export function isBlocked(value: string, blocked: readonly string[]): boolean {
  const folded = value.trim().toLowerCase();
  const names = [folded, folded.split('@')[0] ?? ''];
  if (names.some((name) => name === '' || blocked.some((word) => word.toLowerCase() === name))) return true;
  const digits = folded.replace(/[\s().+-]/g, '');
  return /^0+$/.test(digits) || /^(\d)\1{4,}$/.test(digits);
}
