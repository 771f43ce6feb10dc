import { expect, test } from 'vitest';
import { render, templateProblem } from './template.ts';

const customer = { id: 7, traits: { name: 'Ann', tags: ['a', 'b'] }, identities: [], consents: [] };
const scope = { customer, now: Date.UTC(2026, 0, 2), turn: 2, loop: { id: 'l', name: 'Loop' } };

test('a template speaks of the customer, the loop, the turn and the time', () => {
  expect(render('{{ customer.name }} {{ customer.id }} {{ loop.name }} {{ turn }} {{ now | date: "%Y" }}', scope)).toBe(
    'Ann 7 Loop 2 2026',
  );
  expect(render('[{{ customer.unknown }}]', scope)).toBe('[]');
});

test('values are escaped in HTML and left alone in text', () => {
  const marked = { ...scope, customer: { ...customer, traits: { name: '<b>&' } } };
  expect(render('{{ customer.name }}', marked, 'html')).toBe('&lt;b&gt;&amp;');
  expect(render('{{ customer.name }}', marked)).toBe('<b>&');
});

test('nothing but own properties can be reached', () => {
  expect(render('[{{ customer.constructor }}{{ customer.name.__proto__ }}{{ customer.toString }}]', scope)).toBe('[]');
});

test('no file can be read', () => {
  expect(() => render('{% include "/etc/passwd" %}', scope)).toThrow();
  expect(() => render('{% render "package.json" %}', scope)).toThrow();
});

test('a template that would not end is stopped', () => {
  const nested = '{% for a in (1..9999) %}{% for b in (1..9999) %}x{% endfor %}{% endfor %}';
  expect(() => render(nested, scope)).toThrow('limit');
});

test('what is wrong with a template is said', () => {
  expect(templateProblem('{{ customer.name }}')).toBeUndefined();
  expect(templateProblem('{% if %}')).toContain('expected a Liquid template');
  expect(templateProblem('{{ customer.name | shout }}')).toContain('undefined filter: shout');
});
