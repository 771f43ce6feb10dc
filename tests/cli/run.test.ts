import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { customersCsv, draw, mailing } from './draw.ts';
import type { Run } from './osicam.ts';
import {
  complaintFree,
  folder,
  nodeOf,
  osicam,
  osicamJson,
  root,
  start,
  whereSomebodyIsLost,
  write,
} from './osicam.ts';

/** Round and round: write down, part by chance, write a mail to half, wait for an order, pause, again. */
const round = () =>
  draw(
    [
      ['in', 'collect/file', { path: 'customers.csv', key: 'id' }],
      ['half', 'flow/split', { shares: [{ port: 'a' }, { port: 'b' }] }],
      ['mail', 'interact/email', { from: 'Example <service@example.com>', consent: 'notNeeded' }],
      ['answer', 'collect/wait-for-event', { events: [{ event: 'order', port: 'ordered' }], timeout: 'P14D' }],
      ['count', 'aliment/set-traits', { increment: [{ trait: 'turns' }] }],
      ['sum', 'measure/summary'],
      ['pause', 'flow/delay', { for: 'P7D' }],
    ],
    [
      'in.entered > half',
      'half.a > mail',
      'half.b > count',
      'mail.sent > answer',
      'mail.failed > count',
      'mail.suppressed > count',
      'answer.ordered > count',
      'answer.timeout > count',
      'count.done > sum',
      'sum.done > pause',
      'pause.done > half',
    ],
    'round',
  );

function set(count: number) {
  const directory = folder();
  const loop = write(directory, 'round.loop.json', round());
  const customers = write(directory, 'people.csv', customersCsv(count));
  return { directory, loop, customers, db: join(directory, 'it.sqlite') };
}

/** All figures but the one that is of the machine. */
const figures = ({ seconds, ...rest }: Run) => {
  expect(seconds).toBeGreaterThan(0);
  return rest;
};

test('run prints one document of exactly the promised shape, and nobody is lost', async () => {
  const { loop, customers, directory } = set(200);
  const outcome = await osicam(['run', loop, '--customers', customers, '--key', 'id', '--json'], { cwd: directory });
  expect(outcome).toMatchObject({ code: 0, stderr: complaintFree });
  const run = JSON.parse(outcome.stdout) as Run;
  expect(Object.keys(run)).toEqual(
    'loop version customers enrollments turns nodes messages reports virtualSeconds seconds'.split(' '),
  );
  expect(run).toMatchObject({ loop: 'round', version: 1, customers: 200, enrollments: 200, turns: 1 });
  expect(run.nodes.map(({ id }) => id).sort()).toEqual(['answer', 'count', 'half', 'in', 'mail', 'pause', 'sum']);
  for (const node of run.nodes)
    expect(Object.keys(node)).toEqual(['id', 'type', 'entered', 'ports', 'waiting', 'parked']);
  expect(whereSomebodyIsLost(run)).toEqual([]);
  const { a = 0, b = 0 } = nodeOf(run, 'half').ports;
  expect(a + b).toBe(200);
  expect(Math.min(a, b)).toBeGreaterThan(70);
  expect(run.messages).toEqual({ sent: a, failed: 0, unknown: 0, suppressed: 0 });
  expect(nodeOf(run, 'answer')).toMatchObject({ entered: a, ports: { ordered: 0, timeout: a } });
  // Everybody rests where the second turn would begin.
  expect(nodeOf(run, 'half')).toMatchObject({ entered: 400, waiting: 200 });
  expect(run.reports).toEqual([expect.objectContaining({ node: 'sum', turn: 1 })]);
  expect(run.virtualSeconds).toBe(21 * 86_400);
  // Neither a database nor a folder of channels stays behind.
  expect(readdirSync(directory).sort()).toEqual(['people.csv', 'round.loop.json']);
});

test('for a reader it prints the same as a table', async () => {
  const { loop, customers } = set(20);
  const { code, stdout } = await osicam(['run', loop, '--customers', customers]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^round, version 1: 20 customers, 20 enrollments, 1 turns$/m);
  expect(stdout).toMatch(/^half +flow\/split +40 +a \d+, b \d+ +20 +0$/m);
});

test('two turns are two turns; the same seed is the same luck, another seed is other luck', async () => {
  const { loop, customers } = set(300);
  const turn = (...more: string[]) => osicamJson<Run>(['run', loop, '--customers', customers, '--turns', '2', ...more]);
  const [one, same, other] = await Promise.all([turn('--seed', '7'), turn('--seed', '7'), turn('--seed', '8')]);
  expect(one).toMatchObject({ turns: 2, enrollments: 300 });
  expect(nodeOf(one, 'half')).toMatchObject({ entered: 900, waiting: 300 });
  expect(nodeOf(one, 'sum').entered).toBe(600);
  expect(one.reports.map(({ turn }) => turn)).toEqual([1, 2]);
  expect(whereSomebodyIsLost(one)).toEqual([]);
  expect(figures(same)).toEqual(figures(one));
  expect(nodeOf(other, 'half').ports).not.toEqual(nodeOf(one, 'half').ports);
});

describe('with a database of its own', () => {
  test('a second run changes no figure and lets nobody in twice; more turns go on from there', async () => {
    const { loop, customers, db } = set(100);
    const run = (...more: string[]) => osicamJson<Run>(['run', loop, '--customers', customers, '--db', db, ...more]);
    const first = await run();
    expect(figures(await run())).toEqual(figures(first));
    const further = await run('--turns', '2');
    expect(further).toMatchObject({ version: 1, customers: 100, enrollments: 100, turns: 2 });
    expect(nodeOf(further, 'half')).toMatchObject({ entered: 300, waiting: 100 });
    // The same as both turns in one go; only what the first report saw of the second turn is not.
    const atOnce = await osicamJson<Run>(['run', loop, '--customers', customers, '--turns', '2']);
    expect({ ...figures(further), reports: [] }).toEqual({ ...figures(atOnce), reports: [] });
  });

  test('a file that has grown lets in those who are new', async () => {
    const { loop, customers, db, directory } = set(50);
    const run = () => osicamJson<Run>(['run', loop, '--customers', customers, '--db', db]);
    await run();
    write(directory, 'people.csv', customersCsv(60));
    const grown = await run();
    expect(grown).toMatchObject({ customers: 60, enrollments: 60 });
    expect(nodeOf(grown, 'in')).toMatchObject({ entered: 60, ports: { entered: 60 } });
    expect(whereSomebodyIsLost(grown)).toEqual([]);
  });

  test('another seed than the one it was run with is refused, and nothing is changed', async () => {
    const { loop, customers, db } = set(20);
    const args = ['run', loop, '--customers', customers, '--db', db];
    const first = await osicamJson<Run>([...args, '--seed', '1']);
    const outcome = await osicam([...args, '--seed', '2', '--json']);
    expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/the seed 1.*--seed says 2/) });
    expect(figures(await osicamJson<Run>([...args, '--seed', '1']))).toEqual(figures(first));
  });

  test('those who were imported before enter, all of them, without a file', async () => {
    const { customers, db, directory } = set(30);
    const entry = write(
      directory,
      'all.loop.json',
      draw(
        [
          ['in', 'collect/event', { event: 'order' }],
          ['out', 'flow/end'],
        ],
        ['in.entered > out'],
      ),
    );
    await osicam(['import', customers, '--db', db, '--key', 'id']);
    const run = await osicamJson<Run>(['run', entry, '--db', db]);
    expect(run).toMatchObject({ customers: 30, enrollments: 30 });
    expect(nodeOf(run, 'out').ports).toEqual({ ended: 30 });
  });

  test('a changed loop is a new version; who stands in the old one stays there', async () => {
    const { loop, customers, db, directory } = set(10);
    const args = ['--customers', customers, '--db', db];
    await osicamJson<Run>(['run', loop, ...args]);
    const changed = round();
    changed.name = 'Another name';
    const second = await osicamJson<Run>(['run', write(directory, 'changed.loop.json', changed), ...args]);
    expect(second).toMatchObject({ version: 2, customers: 10, enrollments: 0 });
  });
});

describe('who enters', () => {
  test('without --customers the loop’s own file is read, from beside the loop, wherever the command is called', async () => {
    const directory = folder();
    const loop = write(directory, 'mail.loop.json', mailing());
    write(directory, 'customers.csv', customersCsv(12));
    const run = await osicamJson<Run>(['run', loop], { cwd: folder() });
    expect(run).toMatchObject({ customers: 12, enrollments: 12, messages: { sent: 12 } });
  });

  test('a loop that customers enter by an event lets those of --customers in at that entry', async () => {
    const directory = folder();
    const loop = draw(
      [
        ['order', 'collect/event', { event: 'order' }],
        ['complaint', 'collect/event', { event: 'complaint' }],
        ['mark', 'aliment/set-traits', { set: [{ trait: 'mood', value: 'good' }] }],
        ['out', 'flow/end'],
      ],
      ['order.entered > mark', 'complaint.entered > out', 'mark.done > out'],
    );
    const file = write(directory, 'event.loop.json', loop);
    const run = await osicamJson<Run>(['run', file, '--customers', write(directory, 'c.csv', customersCsv(9))]);
    expect(nodeOf(run, 'order').entered).toBe(9);
    expect(nodeOf(run, 'complaint').entered).toBe(0);
    expect(nodeOf(run, 'out').ports).toEqual({ ended: 9 });
  });

  test('who waits for what no clock brings waits on, and the run ends', async () => {
    const directory = folder();
    const at = (path: string) => pathToFileURL(join(root, path)).href;
    write(
      directory,
      'patience.mjs',
      `import { definePlugin, wait, z } from '${at('packages/engine/src/plugin/index.ts')}';
       export default definePlugin({ name: 'patience', nodes: [wait({
         type: 'patience/for-ever', stage: 'collect', title: 'For ever', description: 'Until an order.',
         settings: z.object({}), wait: () => ({ events: [{ type: 'order', port: 'done' }] }),
       })] });`,
    );
    const config = write(directory, 'osicam.config.json', {
      plugins: [join(root, 'packages/plugins/src/index.ts'), './patience.mjs'],
    });
    const loop = draw(
      [
        ['in', 'collect/file', { path: 'customers.csv', key: 'id' }],
        ['answer', 'patience/for-ever'],
        ['out', 'flow/end'],
      ],
      ['in.entered > answer', 'answer.done > out'],
    );
    write(directory, 'customers.csv', customersCsv(5));
    const run = await osicamJson<Run>(['--config', config, 'run', write(directory, 'far.loop.json', loop)]);
    expect(nodeOf(run, 'answer')).toMatchObject({ entered: 5, ports: { done: 0 }, waiting: 5 });
    expect(run.virtualSeconds).toBe(0);
  });

  test('a customer for whom a node fails is parked with the others unharmed', async () => {
    const directory = folder();
    const loop = draw(
      [
        ['in', 'collect/file', { path: 'customers.csv', key: 'id' }],
        ['count', 'aliment/set-traits', { increment: [{ trait: 'name' }] }],
        ['out', 'flow/end'],
      ],
      ['in.entered > count', 'count.done > out'],
    );
    write(directory, 'customers.csv', 'id,name\n1,3\n2,\n3,five\n4,7\n');
    const outcome = await osicam(['run', write(directory, 'park.loop.json', loop), '--json']);
    const run = JSON.parse(outcome.stdout) as Run;
    expect(outcome.code).toBe(0);
    expect(nodeOf(run, 'count').parked).toBeGreaterThan(0);
    expect(whereSomebodyIsLost(run)).toEqual([]);
    expect(run.customers).toBe(4);
  });
});

test('an interrupted run stops with a word, and the same command goes on to the same figures', async () => {
  const { loop, customers, db } = set(3_000);
  const args = ['run', loop, '--customers', customers, '--db', db, '--json'];
  const running = start(args);
  const asking = setInterval(() => {
    if (!existsSync(db)) return;
    clearInterval(asking);
    running.child.kill('SIGINT');
  }, 5);
  const outcome = await running.ended;
  expect(outcome).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/stopped; the same command goes on/),
  });
  const run = await osicamJson<Run>(args.slice(0, -1));
  expect(run).toMatchObject({ customers: 3_000, enrollments: 3_000, turns: 1 });
  expect(whereSomebodyIsLost(run)).toEqual([]);
});
