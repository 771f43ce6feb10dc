import { expect, test } from 'vitest';
import type { LifeEvent, LifeState } from './loop-life.ts';
import { isClosed, lifeStates, mayHappen, nextLife, standsStill } from './loop-life.ts';

const live = (from: LifeState, ...events: LifeEvent[]) =>
  events.reduce<LifeState | undefined>((state, event) => state && nextLife(state, event), from);

test('a loop is drawn, published, paused, resumed and archived, and nothing else may be done in each state', () => {
  expect(Object.fromEntries(lifeStates.map((state) => [state, mayHappen(state)]))).toEqual({
    draft: ['publish'],
    running: ['publish', 'pause', 'archive'],
    paused: ['publish', 'resume', 'archive'],
    archived: ['publish', 'restore'],
    'archived-still': ['publish', 'restore'],
  });
  expect(live('draft', 'publish', 'pause', 'resume', 'archive', 'restore')).toBe('running');
  expect(live('draft', 'pause')).toBeUndefined();
  expect(live('running', 'restore')).toBeUndefined();
});

test('archiving, restoring or publishing never lets a paused loop go on', () => {
  expect(live('paused', 'archive', 'restore')).toBe('paused');
  expect(live('paused', 'archive', 'publish')).toBe('paused');
  expect(live('paused', 'publish')).toBe('paused');
  expect(lifeStates.filter(standsStill)).toEqual(['paused', 'archived-still']);
});

test('an archived loop lets nobody in, a paused one does', () => {
  expect(lifeStates.filter(isClosed)).toEqual(['archived', 'archived-still']);
});
