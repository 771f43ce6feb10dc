import { expect, test } from 'vitest';
import { postOffice } from '../../runner/test-post.ts';
import { createFigures } from './figures.ts';

const minute = 60_000;

async function watched(answers: Parameters<typeof postOffice>[0] = {}) {
  const office = await postOffice(answers);
  /** The figures as Prometheus has them, of a process that has just begun: nothing is kept from before. */
  const figures = async (): Promise<Record<string, number>> => {
    const all = await createFigures(
      (work) => office.db.read(work),
      () => office.clock.now(),
    )();
    return Object.fromEntries(
      all.map(({ name, value, labels = {} }) => [[name, ...Object.values(labels)].join(' '), value]),
    );
  };
  return { ...office, figures };
}

test('an installation without customers has all figures, so that an alarm has something to look at', async () => {
  const { figures } = await watched();
  const all = await figures();
  for (const status of ['queued', 'sending', 'sent', 'failed', 'unknown', 'suppressed'])
    expect(all[`osicam_messages ${status}`]).toBe(0);
  for (const state of ['draft', 'running', 'paused', 'archived']) expect(all[`osicam_loops ${state}`]).toBe(0);
  expect(Object.keys(all)).toEqual(
    expect.arrayContaining([
      'osicam_customers',
      'osicam_enrollments_live',
      'osicam_enrollments_parked',
      'osicam_steps_due',
      'osicam_steps_oldest_due_seconds',
      'osicam_messages_due',
      'osicam_messages_oldest_due_seconds',
      'osicam_suppressed_addresses bounce',
      'osicam_opt_ins_pending',
      'osicam_opt_in_mails_due',
    ]),
  );
});

test('what is due and is not done is counted, and the time that it has been', async () => {
  const { engine, clock, people, publish, work, figures } = await watched();
  const version = await publish('m', 't/mail');
  await engine.enter(version, await people([{ name: 'a' }, { name: 'b' }]));
  clock.advanceTo(clock.now() + minute);
  expect(await figures()).toMatchObject({
    osicam_customers: 2,
    osicam_enrollments_live: 2,
    osicam_steps_due: 2,
    osicam_steps_oldest_due_seconds: 60,
    osicam_messages_due: 0,
    'osicam_loops running': 1,
  });
  await work();
  clock.advanceTo(clock.now() + minute);
  expect(await figures()).toMatchObject({
    osicam_steps_due: 0,
    osicam_messages_due: 2,
    osicam_messages_oldest_due_seconds: 60,
    'osicam_messages queued': 2,
  });
  await engine.deliver();
  expect(await figures()).toMatchObject({
    osicam_enrollments_live: 0,
    osicam_messages_due: 0,
    osicam_messages_oldest_due_seconds: 0,
    'osicam_messages sent': 2,
  });
});

test('what stands still in a paused loop is no arrears', async () => {
  const { engine, clock, people, publish, work, figures } = await watched();
  await engine.enter(await publish('m', 't/mail'), await people([{ name: 'a' }]));
  await work();
  await engine.life.pause('m', 'ada');
  clock.advanceTo(clock.now() + minute);
  expect(await figures()).toMatchObject({
    osicam_messages_due: 0,
    osicam_messages_oldest_due_seconds: 0,
    'osicam_messages queued': 1,
    'osicam_loops running': 0,
    'osicam_loops paused': 1,
  });
});

test('messages that wait for a redrive are counted by what is known of them', async () => {
  const { engine, people, publish, work, figures } = await watched({
    't/hook': () => ({ status: 'failed', detail: 'no such account' }),
    't/mail': () => ({ status: 'unknown', detail: 'the line was cut' }),
  });
  const all = await people([{ name: 'a' }]);
  await engine.enter(await publish('h', 't/hook'), all);
  await engine.enter(await publish('m', 't/mail'), all);
  await work();
  await engine.deliver();
  expect(await figures()).toMatchObject({ 'osicam_messages failed': 1, 'osicam_messages unknown': 1 });
});
