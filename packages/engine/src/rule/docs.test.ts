import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkRule } from './check-rule.ts';
import { explainRule } from './explain-rule.ts';
import { ruleGroupSchema } from './rule.ts';

const text = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```json\n([^]*?)```/g)].map(([, json = '']) => JSON.parse(json) as unknown);

test('every rule in the documentation is sound, and can be said in words', () => {
  expect(examples.length).toBeGreaterThan(3);
  for (const example of examples) {
    expect(checkRule(example, 'rule')).toEqual([]);
    expect(explainRule(ruleGroupSchema.parse(example))).not.toMatch(/undefined|\$/);
  }
});
