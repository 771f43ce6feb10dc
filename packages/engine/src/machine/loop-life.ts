import { createMachine, getNextTransitions, transition } from 'xstate';

/**
 * The life of a loop as a statechart of its own. Archiving lets nobody in any more and ends nobody: who is in a loop that
 * runs goes on to the end, who is in one that stands still stays where it is, so that the overdue messages of a pause never
 * go out because somebody has tidied up. Publishing again, or restoring, brings the loop back to what it was.
 */
const machine = createMachine({
  id: 'loop-life',
  initial: 'draft',
  states: {
    draft: { on: { publish: 'running' } },
    running: { on: { publish: 'running', pause: 'paused', archive: 'archived.draining' } },
    paused: { on: { publish: 'paused', resume: 'running', archive: 'archived.still' } },
    archived: {
      initial: 'draining',
      states: {
        draining: { on: { publish: '#loop-life.running', restore: '#loop-life.running' } },
        still: { on: { publish: '#loop-life.paused', restore: '#loop-life.paused' } },
      },
    },
  },
});

const lifeEvents = ['publish', 'pause', 'resume', 'archive', 'restore'] as const;
export type LifeEvent = (typeof lifeEvents)[number];

/** As the database holds it. */
export const lifeStates = ['draft', 'running', 'paused', 'archived', 'archived-still'] as const;
export type LifeState = (typeof lifeStates)[number];

const values: Record<LifeState, Parameters<typeof machine.resolveState>[0]['value']> = {
  draft: 'draft',
  running: 'running',
  paused: 'paused',
  archived: { archived: 'draining' },
  'archived-still': { archived: 'still' },
};
const snapshotOf = (state: LifeState) => machine.resolveState({ value: values[state] });

const stateOf = (value: unknown): LifeState => {
  const found = lifeStates.find((state) => JSON.stringify(values[state]) === JSON.stringify(value));
  if (!found) throw new TypeError(`no state of a loop's life: ${JSON.stringify(value)}`);
  return found;
};

/** What may be done to a loop in a state, and what it is then. Asked of the machine once. */
const table = new Map(
  lifeStates.map((state) => {
    const snapshot = snapshotOf(state);
    const allowed = new Set(getNextTransitions(snapshot).map(({ eventType }) => eventType));
    const next = lifeEvents.flatMap((event): [LifeEvent, LifeState][] =>
      allowed.has(event) ? [[event, stateOf(transition(machine, snapshot, { type: event })[0].value)]] : [],
    );
    return [state, new Map(next)] as const;
  }),
);

/** What a loop is after an event; undefined where it may not happen. */
export const nextLife = (state: LifeState, event: LifeEvent): LifeState | undefined => table.get(state)?.get(event);

/** What may be done to a loop in this state. */
export const mayHappen = (state: LifeState): LifeEvent[] => [...(table.get(state)?.keys() ?? [])];

/** Whether everybody in the loop stays where it is. */
export const standsStill = (state: LifeState): boolean => state === 'paused' || state === 'archived-still';

/** Whether nobody may enter any more. */
export const isClosed = (state: LifeState): boolean => state === 'archived' || state === 'archived-still';
