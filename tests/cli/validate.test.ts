import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { draw } from './draw.ts';
import { folder, osicam, osicamJson, root, write } from './osicam.ts';

interface Verdict {
  ok: boolean;
  problems: { level: string; code: string; node?: string; edge?: string; path: string; message: string }[];
}

/** What the command finds in a document, and what it ended with. */
async function check(document: string | object): Promise<Verdict & { code: number | null; stderr: string }> {
  const { code, stdout, stderr } = await osicam(['validate', write(folder(), 'it.loop.json', document), '--json']);
  return { ...(JSON.parse(stdout) as Verdict), code, stderr };
}

const sound = () =>
  draw(
    [
      ['in', 'collect/file', { path: 'customers.csv' }],
      ['pause', 'flow/delay', { for: 'P1D' }],
      ['out', 'flow/end'],
    ],
    ['in.entered > pause', 'pause.done > out'],
  );

test('a sound loop is sound: exit 0, and only the stages it leaves out are mentioned', async () => {
  const { ok, problems, code, stderr } = await check(sound());
  expect({ ok, code, stderr }).toEqual({ ok: true, code: 0, stderr: '' });
  expect(problems.map(({ level, code }) => `${level} ${code}`)).toEqual(Array(5).fill('warning stage-left-out'));
  expect(problems.map(({ message }) => message).join()).toMatch(/Organize.*Segment.*Interact.*Aliment.*Measure/);
});

test('every loop of the examples is sound, and closes through all six stages', async () => {
  for (const file of ['telco-churn/loop.json', 'telecom-retention/loop.json'])
    expect(await osicamJson<Verdict>(['validate', join(root, 'examples', file)])).toEqual({ ok: true, problems: [] });
});

test('all that is wrong with a drawing is said at once, each with its place', async () => {
  const document = draw(
    [
      ['in', 'collect/file', { path: 'customers.csv', colour: 'red' }],
      ['pause', 'flow/delay', { for: 'a while' }],
      ['teleport', 'flow/teleport'],
      ['parting', 'flow/split', { shares: [{ port: 'a' }, { port: 'b' }] }],
      ['first', 'organize/normalize'],
      ['second', 'organize/normalize'],
      ['island', 'organize/normalize'],
      ['out', 'flow/end'],
      ['out', 'flow/end'],
    ],
    [
      'in.entered > pause',
      'pause.done > parting',
      'parting.a > first',
      'parting.c > out',
      'first.done > second',
      'second.done > first',
      'second.done > out',
      'island.done > nowhere',
      'nobody.done > out',
      'out.ended > in',
      'out.ended > in',
    ],
  );
  const { ok, code, problems } = await check(document);
  expect({ ok, code }).toEqual({ ok: false, code: 1 });
  const said = problems.map(({ level, code, node, edge, path }) =>
    [level, code, node ?? '-', edge ?? '-', path].join(' | '),
  );
  expect(said).toEqual(
    expect.arrayContaining([
      'error | unknown-setting | in | - | nodes[0].data.settings.colour',
      'error | settings | pause | - | nodes[1].data.settings.for',
      'error | unknown-node-type | teleport | - | nodes[2].type',
      'error | port-without-edge | parting | - | nodes[3]',
      'error | port-with-two-edges | second | second.done > out | nodes[5]',
      'error | cycle-without-wait | first | - | nodes[4]',
      'error | unreachable | island | - | nodes[6]',
      'error | duplicate-node | out | - | nodes[8].id',
      'error | unknown-port | - | parting.c > out | edges[3].sourceHandle',
      'error | unknown-target | - | island.done > nowhere | edges[7].target',
      'error | unknown-source | - | nobody.done > out | edges[8].source',
      'error | edge-into-entry | - | out.ended > in | edges[9].target',
      'error | terminal-port | - | out.ended > in | edges[9].sourceHandle',
      'error | duplicate-edge | - | out.ended > in | edges[10].id',
      'warning | stage-left-out | - | - | nodes',
    ]),
  );
  // What to do is said in words, with the names of things.
  const message = (wanted: string) => problems.find(({ code }) => code === wanted)?.message;
  expect(message('unknown-node-type')).toMatch(/flow\/teleport: install the plugin .* or use one of .*flow\/split/);
  expect(message('settings')).toMatch(/expected an ISO 8601 duration.*got "a while"/);
  expect(message('port-without-edge')).toMatch(/parting by its port b: draw an edge/);
  expect(message('cycle-without-wait')).toMatch(/first → second .*put a delay/);
  for (const { message } of problems) expect(message).toMatch(/\w{3,} \w+/);
});

test('a loop that nobody can enter says so', async () => {
  const { problems } = await check(draw([['out', 'flow/end']], []));
  expect(problems).toContainEqual(expect.objectContaining({ level: 'error', code: 'no-entry', path: 'nodes' }));
});

test('a node type’s own check speaks in the same form', async () => {
  const loop = draw(
    [
      ['in', 'collect/file', { path: 'customers.csv' }],
      ['mail', 'interact/email', { subject: 'Hello {{ customer.name' }],
      ['out', 'flow/end'],
    ],
    ['in.entered > mail', 'mail.sent > out', 'mail.failed > out', 'mail.suppressed > out'],
  );
  expect((await check(loop)).problems).toContainEqual(
    expect.objectContaining({ code: 'settings', node: 'mail', path: 'nodes[1].data.settings.subject' }),
  );
});

describe('a malformed document', () => {
  test('is told what its schema expected, what came, where, and in whose part', async () => {
    const document: Record<string, unknown> = { ...sound(), format: 'osicam/loop@2', id: 'No Good' };
    document.nodes = [{ id: 'in', type: 'collect', position: { x: 'left', y: 0 }, data: {} }, { id: 'a b' }];
    document.edges = [{ id: 'e', source: 'in', target: 'out' }];
    const { ok, code, problems } = await check(document);
    expect({ ok, code }).toEqual({ ok: false, code: 1 });
    expect(problems.every(({ code, level }) => code === 'schema' && level === 'error')).toBe(true);
    const at = (path: string) => problems.find((problem) => problem.path === path);
    expect(at('format')?.message).toMatch(/expected "osicam\/loop@1", got "osicam\/loop@2"/);
    expect(at('id')?.message).toMatch(/expected lower-case letters.*got "No Good"/);
    expect(at('nodes[0].type')).toMatchObject({
      node: 'in',
      message: expect.stringMatching(/<plugin>\/<node>.*"collect"/),
    });
    expect(at('nodes[0].position.x')).toMatchObject({ node: 'in', message: expect.stringMatching(/expected number/) });
    expect(at('nodes[1].id')).toMatchObject({ node: 'a b', message: expect.stringMatching(/hyphens.*got "a b"/) });
    expect(at('edges[0].sourceHandle')).toMatchObject({ edge: 'e', message: expect.stringMatching(/expected string/) });
  });

  test.each([
    ['half a file', '{"format": "osicam/loop@1",\n "nodes": [', 'json'],
    ['an empty file', '', 'json'],
    ['a list', '[]', 'schema'],
    ['nothing', 'null', 'schema'],
  ])('%s is a problem of its own', async (_what, text, expected) => {
    const { ok, code, problems, stderr } = await check(text);
    expect({ ok, code }).toEqual({ ok: false, code: 1 });
    expect(problems[0]).toMatchObject({ level: 'error', code: expected, path: '(document)' });
    expect(stderr).toContain('1 error');
  });

  test('that calls a node __proto__ is refused, and any other name is a name', async () => {
    const named = (id: string) =>
      draw(
        [
          ['in', 'collect/file', { path: 'customers.csv' }],
          [id, 'flow/end'],
        ],
        [`in.entered > ${id}`],
      );
    expect((await check(named('constructor'))).ok).toBe(true);
    const { ok, code, problems } = await check(named('__proto__'));
    expect({ ok, code }).toEqual({ ok: false, code: 1 });
    expect(problems[0]).toMatchObject({ path: 'nodes[1].id', message: expect.stringContaining('__proto__') });
  });

  test('that is not UTF-8 is refused rather than read in wrong letters', async () => {
    const text = JSON.stringify({ ...sound(), name: 'Größe' });
    const outcome = await osicam(['validate', write(folder(), 'latin.json', Buffer.from(text, 'latin1'))]);
    expect(outcome).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/expected UTF-8 in .*latin\.json/),
    });
  });
});

test('for a reader: a line a problem with place and code, and the verdict on standard error', async () => {
  const document = sound();
  document.edges.pop();
  const outcome = await osicam(['validate', write(folder(), 'open.loop.json', document)]);
  expect(outcome.code).toBe(1);
  expect(outcome.stdout).toMatch(
    /^error {2}nodes\[1\] {2}nothing leaves pause by its port done: .*\[port-without-edge\]$/m,
  );
  expect(outcome.stderr).toMatch(/^osicam: .*open\.loop\.json: 2 errors, 5 warnings$/m);
});

test('validating executes nothing and leaves nothing behind', async () => {
  const directory = folder();
  const file = write(directory, 'it.loop.json', sound());
  const before = readFileSync(file, 'utf8');
  await osicam(['validate', file], { cwd: directory });
  expect(readFileSync(file, 'utf8')).toBe(before);
});
