import type { Engine } from '../../packages/engine/src/runner/index.ts';
import type { ToldEvent } from './book.ts';
import { eventTypes, randomLoop } from './draw.ts';
import { day, hour } from './nodes.ts';
import type { Launch, World } from './world.ts';

/* What the world does to the engine: one thing each, begun and written into the book. */

export function person(world: World) {
  const { random } = world;
  const key = `c${++world.people}`;
  const cannot = ['stamp', 'each', 'tell', 'until', 'at-least-once', 'at-most-once'];
  return {
    identities: [{ kind: 'key', value: key }],
    traits: {
      age: random.between(10, 80),
      ...(random.chance(0.9) ? { email: `${key}@example.org` } : {}),
      ...(random.chance(0.08) ? { poison: random.pick(cannot) } : {}),
    },
  };
}

const anybody = ({ random, people }: World): number => random.between(1, people);

export async function publish(world: World, launch: Launch, loop: string): Promise<void> {
  const document = randomLoop(world.random, loop);
  const published = { loop, accepted: false };
  world.book.published.push(published);
  world.note(`publish ${JSON.stringify(document)}`);
  await launch('publish', (engine) => engine.publish(document), {
    done: () => {
      published.accepted = true;
      for (const node of document.nodes) world.coverage.saw(`node ${node.type}`);
    },
  });
}

export function enter(world: World, launch: Launch): void {
  const { random, book } = world;
  const loop = random.pick(world.loops());
  const ids = Array.from({ length: random.between(1, 8) }, () => anybody(world));
  const entries = ids.map((id) => ({ loop, who: `c${id}`, accepted: false }));
  book.entries.push(...entries);
  world.note(`enter ${loop} ${ids.join(',')}`);
  const letIn = async (engine: Engine) => {
    const version = engine.newest(loop);
    if (!version) throw new Error(`the loop ${loop} is gone`);
    await engine.enter(version, ids);
  };
  void launch('enter', letIn, {
    done: () => {
      for (const entry of entries) entry.accepted = true;
    },
  });
}

export function record(world: World, launch: Launch): void {
  const { random, book, coverage } = world;
  const events = Array.from({ length: random.between(1, 5) }, () => {
    const known = [...book.events.values()];
    // Told before, and perhaps answered: the same again.
    if (known.length > 0 && random.chance(0.3)) return random.pick(known);
    const skew = random.weighted({ now: 5, late: 3, early: 1 });
    return book.newEvent({
      who: random.chance(0.1) ? `x${random.below(9)}` : `c${anybody(world)}`,
      type: random.pick(eventTypes),
      time: world.now + (skew === 'late' ? -random.below(5 * day) : skew === 'early' ? random.below(hour) : 0),
      properties: { text: random.pick(['yes', 'no']), cart: random.pick(['a', 'b']) },
    });
  });
  world.note(`record ${events.map(({ messageId, who, type }) => `${messageId} ${who} ${type}`).join(', ')}`);
  const told = events.map((event) => ({ identities: [{ kind: 'key', value: event.who }], event: toEvent(event) }));
  void launch('record', (engine) => engine.record(told), {
    ...telling(events),
    done: () => {
      telling(events).done();
      coverage.saw('events accepted', events.length);
      for (const { type, who } of events)
        if (type === 'ping') for (const loop of world.loops()) book.entries.push({ loop, who, accepted: true });
    },
  });
  for (const event of events) event.pending++;
}

export function ingest(world: World, launch: Launch): void {
  const { random, book } = world;
  const who = `c${anybody(world)}`;
  const event = book.newEvent({
    who,
    type: random.pick(eventTypes),
    time: world.now,
    properties: { text: 'yes', cart: 'a' },
  });
  world.note(`ingest ${who} ${event.type}`);
  event.pending++;
  const party = {
    identities: [{ kind: 'key', value: who }],
    traits: { city: `city ${random.below(3)}` },
    events: [toEvent(event)],
  };
  // Half of it comes as a tracking client sends it: accepted first, and worked in later.
  const take = (engine: Engine): Promise<unknown> =>
    random.chance(0.5) ? engine.ingest([party], 'simulation') : engine.accept([request(party, world.now)]);
  void launch('ingest', take, telling([event]));
}

const request = (party: object, receivedAt: number) => ({
  receivedAt,
  kind: 'records',
  calls: 1,
  body: JSON.stringify([party]),
});

const toEvent = ({ type, time, properties, messageId }: ToldEvent) => {
  const category = 'contact' as const;
  return { type, category, time, properties, messageId };
};

/** Whether they are stored is known once they are answered. Of what dies with a process nobody knows. */
const telling = (events: readonly ToldEvent[]) => ({
  done: () => {
    for (const event of events) {
      event.pending--;
      event.accepted = true;
    }
  },
  failed: () => {
    for (const event of events) event.pending--;
  },
});

/** Somebody turns out to be somebody else. */
export function merge(world: World, launch: Launch): void {
  const [one, other] = [anybody(world), anybody(world)];
  const key = (n: number) => ({ kind: 'key', value: `c${n}` });
  for (const who of [one, other]) world.book.merged.add(`c${who}`);
  world.note(`merge ${other} into ${one}`);
  const party = { identities: [key(one)], traits: {}, sameAs: [key(other)] };
  void launch('ingest', (engine) => engine.ingest([party], 'simulation'), {
    done: () => world.coverage.saw('did merge'),
  });
}

/** What people do to running loops. What its state does not allow is refused, and that is right. */
export function intervene(world: World, launch: Launch): void {
  const { random } = world;
  const loop = random.pick(world.loops());
  const some = { customers: Array.from({ length: random.between(1, 4) }, () => anybody(world)) };
  const dryRun = random.chance(0.1);
  const actor = 'simulation';
  const action = random.weighted({
    pause: 3,
    resume: 5,
    cancel: 1,
    replay: 1,
    retry: 2,
    release: 1,
    migrate: 2,
    redrive: 0.3,
  });
  const does: Record<typeof action, (engine: Engine) => Promise<unknown>> = {
    pause: ({ life }) => life.pause(loop, actor),
    resume: ({ life }) => {
      const overdue = random.pick(['continue', 'skip', 'exit', 'spread'] as const);
      return life.resume(loop, choiceOf(overdue), actor);
    },
    cancel: ({ life }) => life.cancel(loop, some, { dryRun }, actor),
    replay: ({ life }) => life.replay(loop, some, { dryRun }, actor),
    retry: ({ life }) => life.retry(loop, { all: true }, { dryRun }, actor),
    release: ({ life }) => life.release(loop, some, { exit: random.chance(0.5), dryRun }, actor),
    migrate: (engine) => engine.life.migrate(loop, { map: mapping(world, engine, loop), dryRun }, actor),
    redrive: (engine) => {
      world.book.redriven.add(loop);
      return engine.redrive(loop, { status: random.pick(['failed', 'unknown']) }, { dryRun }, actor);
    },
  };
  world.note(`${action} ${loop}`);
  void launch('life', does[action], { done: () => world.coverage.saw(`did ${action}`) });
}

export const choiceOf = (overdue: 'continue' | 'skip' | 'exit' | 'spread') => ({
  overdue,
  ...(overdue === 'spread' ? { over: 'PT5H' } : {}),
});

/** Every node that any version may have, to the same one, to another of the newest version or to the end. */
function mapping({ random }: World, engine: Engine, loop: string): Record<string, string | null> {
  const nodes = [...(engine.newest(loop)?.stations.keys() ?? [])];
  const to = nodes.filter((node) => /^n\d$/.test(node));
  return Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => `n${i}`)
      .filter((node) => !nodes.includes(node) || random.chance(0.2))
      .map((node) => [node, random.chance(0.2) ? null : random.pick(to)]),
  );
}

export function moveClock(world: World): void {
  const { random } = world;
  const how = random.weighted({ minutes: 4, hours: 4, days: 2, back: 1, ahead: 1 });
  const by = {
    minutes: () => random.below(60) * 60_000,
    hours: () => random.below(36) * hour,
    days: () => random.below(6) * day,
    back: () => -hour,
    ahead: () => hour,
  }[how]();
  world.now += by;
  if (by < 0) world.book.wentBack = true;
  world.coverage.saw(`clock ${how}`);
  world.note(`clock ${by}`);
}
