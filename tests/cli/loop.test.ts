import { join } from 'node:path';
import { expect, test } from 'vitest';
import { draw } from './draw.ts';
import { folder, osicam, root, write } from './osicam.ts';
import { serving } from './serving.ts';

/** Customers come by call and wait a day; `wait` is what the node is called. */
const loopWith = (wait: string) =>
  draw(
    [
      ['in', 'collect/call'],
      [wait, 'flow/delay', { for: 'P1D' }],
      ['out', 'flow/end'],
    ],
    [`in.entered > ${wait}`, `${wait}.done > out`],
    'care',
  );

/** A node type that fails for whoever its settings say, and a loop through it. */
const failing = `import { definePlugin, writer, z } from '@osicam/engine/plugin';
const picky = writer({
  type: 'test/picky', stage: 'aliment', title: 'Picky', description: 'Fails.',
  settings: z.object({}),
  handle: () => { throw new Error('it cannot be done today'); },
});
export default definePlugin({ name: 'test', nodes: [picky] });
`;

const patience = { timeout: 15_000 };
/** Every command is a process of its own. */
const manyCommands = { timeout: 120_000 };

interface Status {
  state: string;
  may: string[];
  versions: { version: number; live: number; parked: number }[];
  nodes: { node: string; version: number; waiting: number; parked: number }[];
}

/** As the API tells it, without a command. */
async function statusOf(address: string, token: string): Promise<Status> {
  const response = await fetch(`${address}/api/loops/care/status`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as Status;
}

test(
  'a loop is published, paused, resumed, migrated, cancelled, replayed and archived from a shell, and all of it is in the audit',
  manyCommands,
  async () => {
    const { env, asRole, address } = await serving();
    const cwd = folder();
    const token = await asRole('operator');
    const loop = (...args: string[]) => osicam(['loop', ...args], { cwd, env });
    const json = async <T>(...args: string[]): Promise<T> => {
      const outcome = await loop(...args, '--json');
      if (outcome.code !== 0) throw new Error(`osicam loop ${args.join(' ')}: ${outcome.stderr}`);
      return JSON.parse(outcome.stdout) as T;
    };
    /** Where people are, as `<node> <version>: <how many>`. */
    const standing = async () =>
      (await statusOf(address, token)).nodes
        .filter(({ waiting, parked }) => waiting + parked > 0)
        .map(({ node, version, waiting }) => `${node} ${version}: ${waiting}`);

    expect(await loop('publish', 'care', '--file', write(cwd, 'care.json', loopWith('rest')))).toMatchObject({
      code: 0,
      stdout: 'care is published as version 1; nobody under way was moved.\n',
    });
    const people = ['ada', 'bea', 'cy'].map((name) => `email=${name}@example.com`);
    expect(await json('enter', 'care', '--identity', ...people)).toEqual({ entered: 3 });
    await expect.poll(standing, patience).toEqual(['rest 1: 3']);

    // Paused, nobody moves, but whoever is let in is taken in; then they are overdue, and somebody must choose.
    expect(await json<Status>('pause', 'care')).toMatchObject({
      state: 'paused',
      may: expect.arrayContaining(['resume']),
    });
    expect(await loop('pause', 'care')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^osicam: the loop care is paused/),
    });
    expect(await json('enter', 'care', '--identity', 'email=dan@example.com')).toEqual({ entered: 1 });
    const refused = await loop('resume', 'care');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--overdue') });
    expect(refused.stdout).toContain('1 customer arrived');
    expect(await loop('resume', 'care', '--overdue', 'continue')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('care goes on.'),
    });
    await expect.poll(standing, patience).toEqual(['rest 1: 4']);

    // A new version moves nobody; a migration says first what it lacks.
    expect(await json('publish', 'care', '--file', write(cwd, 'care.json', loopWith('pause')))).toEqual({ version: 2 });
    expect(await standing()).toEqual(['rest 1: 4']);
    const lacking = await loop('migrate', 'care', '--dry-run');
    expect(lacking).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('1 node with people has no place in version 2'),
    });
    expect(await loop('migrate', 'care', '--map', 'rest=pause', '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('4 customers would move to version 2 of care, 0 customers would end.'),
    });
    expect(await json('migrate', 'care', '--map', 'rest=pause')).toMatchObject({ moved: 4, ended: 0, missing: [] });
    await expect.poll(standing, patience).toEqual(['pause 2: 4']);

    // Out of the loop, one by one and all; and in once more.
    expect(await json('cancel', 'care', '--identity', 'email=ada@example.com', '--dry-run')).toMatchObject({
      enrollments: 1,
      dryRun: true,
    });
    expect(await json('cancel', 'care', '--identity', 'email=ada@example.com')).toMatchObject({
      enrollments: 1,
      dryRun: false,
    });
    expect(await json('replay', 'care', '--identity', 'email=ada@example.com')).toMatchObject({ entered: 1 });
    expect(await json('cancel', 'care', '--all', '--yes')).toMatchObject({ enrollments: 4 });

    expect(await json<Status>('archive', 'care')).toMatchObject({ state: 'archived' });
    expect(await loop('enter', 'care', '--identity', 'email=eve@example.com')).toMatchObject({ code: 1, stdout: '' });
    expect(await json<Status>('restore', 'care')).toMatchObject({ state: 'running' });

    const audit = await json<{ actor: string; action: string }[]>('audit', 'care');
    expect(audit.map(({ action }) => action).toReversed()).toEqual(
      expect.arrayContaining(['publish', 'pause', 'resume', 'migrate', 'cancel', 'replay', 'archive', 'restore']),
    );
    expect(new Set(audit.map(({ actor }) => actor))).toEqual(new Set(['token:the-operator']));

    // Who may only look sees all of this, and changes none of it.
    await asRole('viewer');
    expect((await loop('audit', 'care')).stdout).toMatch(/token:the-operator +migrate/);
    expect(await loop('pause', 'care')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${address} does not allow it`),
    });
    expect(await loop('status', 'none')).toMatchObject({ code: 1, stderr: 'osicam: there is no loop none\n' });
  },
);

test('parked customers are tried again and let go from a shell', manyCommands, async () => {
  const cwd = folder();
  write(
    cwd,
    'picky.mjs',
    failing.replace("'@osicam/engine/plugin'", `'${join(root, 'packages/engine/src/plugin/index.ts')}'`),
  );
  write(cwd, 'osicam.config.json', { plugins: [join(root, 'packages/plugins/src/index.ts'), './picky.mjs'] });
  const { env, asRole, address } = await serving({ cwd });
  const token = await asRole('operator');
  const loop = (...args: string[]) => osicam(['loop', ...args], { cwd, env });
  const document = draw(
    [
      ['in', 'collect/call'],
      ['picky', 'test/picky'],
      ['out', 'flow/end'],
    ],
    ['in.entered > picky', 'picky.done > out'],
    'care',
  );
  expect(await loop('publish', 'care', '--file', write(cwd, 'care.json', document))).toMatchObject({ code: 0 });
  await loop('enter', 'care', '--identity', 'email=ada@example.com', 'email=bea@example.com');
  const parked = async () => (await statusOf(address, token)).versions.map((version) => version.parked);
  await expect.poll(parked, patience).toEqual([2]);
  expect(await loop('retry', 'care', '--all')).toMatchObject({ code: 0, stdout: '2 enrollments tried again.\n' });
  await expect.poll(parked, patience).toEqual([2]);
  expect(await loop('release', 'care', '--identity', 'email=ada@example.com', '--exit')).toMatchObject({
    code: 0,
    stdout: '1 enrollment released.\n',
  });
  expect(await loop('release', 'care', '--all', '--yes')).toMatchObject({
    code: 0,
    stdout: '1 enrollment released.\n',
  });
  await expect.poll(parked, patience).toEqual([0]);
});
