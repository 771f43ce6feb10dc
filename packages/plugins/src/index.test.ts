import { stages } from '@osicam/engine/loop';
import { Registry } from '@osicam/engine/plugin';
import { expect, test } from 'vitest';
import plugin from './index.ts';

interface Schema {
  type?: string;
  title?: string;
  description?: string;
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

const described = new Registry([plugin]).describe();

/** Every setting with its path; rules have an editor and a schema of their own. */
function settingsOf(schema: Schema, path: string): [string, Schema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, setting]) => {
    const own: [string, Schema] = [`${path}.${name}`, setting];
    return setting.format === 'rule' ? [own] : [own, ...settingsOf(setting.items ?? setting, `${path}.${name}`)];
  });
}
const all = described.flatMap(({ type, settings }) => settingsOf(settings as Schema, type));

test('every stage has its nodes', () => {
  expect(new Set(described.map(({ stage }) => stage))).toEqual(new Set(stages));
});

test.each(all)('%s is named and explained to a business user', (_path, { title, description }) => {
  expect(title).toMatch(/^[A-Z]/);
  expect(description).toMatch(/\.$/);
});

test('settings that have a control of their own say so', () => {
  const format = (path: string) => all.find(([name]) => name === path)?.[1].format;
  expect(format('flow/delay.for')).toBe('calendar-duration');
  expect(format('segment/rules.cases.when')).toBe('rule');
  expect(format('segment/rules.cases.port')).toBe('port');
  expect(format('collect/event.event')).toBe('event-type');
  expect(format('measure/uplift.experiment')).toBe('node-id');
  expect(format('interact/email.subject')).toBe('liquid');
  expect(format('interact/email.text')).toBe('liquid-text');
  expect(format('interact/email.to')).toBe('trait');
});

test('a new node shows its ways out', () => {
  for (const { type, ports } of described) expect(ports, type).not.toEqual([]);
});

test('a new node is as good as can be: it lacks only what nobody could guess', () => {
  const lacking = plugin.nodes.filter(({ settings }) => !settings.safeParse({}).success).map(({ type }) => type);
  expect(lacking.sort()).toEqual([
    'collect/event',
    'collect/segment',
    'interact/webhook',
    'measure/uplift',
    'segment/wait-for-segment',
  ]);
  for (const type of plugin.nodes) {
    const fresh = type.settings.safeParse({});
    if (fresh.success) expect(type.check?.(fresh.data) ?? [], type.type).toEqual([]);
  }
});
