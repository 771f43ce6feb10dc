import { expect, test } from 'vitest';
import { createLineLog } from './stderr-log.ts';

function logged() {
  const lines: string[] = [];
  const clock = { now: 0 };
  return {
    lines,
    clock,
    log: createLineLog(
      (line) => lines.push(line),
      () => clock.now,
    ),
  };
}

test('a flood is cut short, and what comes after it is said again, with how much was left out', () => {
  const { lines, clock, log } = logged();
  for (let i = 1; i <= 1_000_000; i++) log.warn('parked', { customer: i });
  expect(lines).toHaveLength(101);
  expect(lines.slice(-2)).toEqual(['parked customer=100', '… what else is said within this minute is not shown']);
  clock.now += 60_000;
  log.warn('the engine could not go on, and tries again');
  expect(lines.slice(101)).toEqual([
    '… 999900 more lines were not shown',
    'the engine could not go on, and tries again',
  ]);
});

test('what is said is one line, whatever a customer wrote', () => {
  const { lines, log } = logged();
  log.warn('parked', { loop: 'a', error: 'no\nparked loop=b', count: 2 });
  expect(lines).toEqual(['parked loop=a error="no\\nparked loop=b" count=2']);
});
