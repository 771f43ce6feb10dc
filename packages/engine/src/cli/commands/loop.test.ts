import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../server/create-app.ts';
import { serve } from '../../server/listen.ts';
import type { ServerPorts } from '../../server/ports.ts';
import { testPorts } from '../../server/test-ports.ts';
import { CliError } from '../cli-error.ts';
import { addLoopIn } from './loop.ts';

interface Said {
  code: number;
  error: string;
  out: string;
  json: unknown;
  asked: string[];
}

const drawing = {
  format: 'osicam/loop@1',
  id: 'churn',
  name: 'Churn',
  nodes: [{ id: 'a', type: 'flow/end', position: { x: 0, y: 0 }, data: { label: '', settings: {} } }],
  edges: [],
};

/** A real server with a loop `churn` and a token of a role; `loop` runs the command against it, with answers for what it asks. */
async function withServer(changes: Partial<ServerPorts> = {}, role: 'operator' | 'viewer' = 'operator') {
  const { ports, done } = testPorts(changes);
  await ports.loops.create(drawing as never);
  const { secret } = await ports.tokens.create({ name: 'ops', role });
  const listening = await serve(createApp(ports), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => listening.stop(0));
  const server = `http://127.0.0.1:${listening.port}`;
  const loop = (args: string[], answers?: string[], environment: NodeJS.ProcessEnv = { OSICAM_TOKEN: secret }) =>
    run([...args, '--server', server], answers, environment);
  return { ports, done, loop, secret, server };
}

/** The command as main runs it. With answers, somebody sits at a terminal. */
async function run(args: string[], answers?: string[], environment: NodeJS.ProcessEnv = {}): Promise<Said> {
  const said: Said = { code: 0, error: '', out: '', json: undefined, asked: [] };
  const program = new Command('osicam').exitOverride().configureOutput({
    writeErr: (text) => {
      said.error += text;
    },
  });
  const terminal = {
    asks: answers !== undefined,
    ask: async (question: string) => {
      said.asked.push(question);
      return answers?.shift() ?? '';
    },
    line: (text: string) => {
      said.out += `${text}\n`;
    },
    json: (value: unknown) => {
      said.json = value;
    },
  };
  addLoopIn(program, { terminal, environment });
  try {
    await program.parseAsync(['loop', ...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CliError || error instanceof CommanderError)) throw error;
    said.code = error instanceof CliError ? error.exitCode : 2;
    said.error += error.message;
  }
  return said;
}

function file(name: string, content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'osicam-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('status, overdue, audit and list are sentences and tables, or with --json the answer of the API as it came', async () => {
  const { loop } = await withServer();
  const status = await loop(['status', 'churn']);
  expect(status).toMatchObject({ code: 0, error: '' });
  expect(status.out).toContain('Churn (churn) is running, since 2026-03-01 12:00:00 UTC. Possible now: publish, pause');
  expect(status.out).toMatch(/mail +Mail +1 +9 +1/);
  expect(status.out).toContain('5 sent, 1 failed');
  expect((await loop(['status', 'churn', '--json'])).json).toMatchObject({
    state: 'running',
    since: '2026-03-01T12:00:00.000Z',
  });
  expect((await loop(['overdue', 'churn'])).out).toContain('1 customer arrived, 2 waits ended, 3 messages due');
  expect((await loop(['audit', 'churn', '--limit', '7'])).out).toMatch(
    /ada@example\.com +publish +version: 1, limit: 7/,
  );
  expect((await loop(['list'])).out).toMatch(/churn +Churn +draft/);
});

test('changes of state reach the server with the name of the token', async () => {
  const { loop, done } = await withServer();
  for (const verb of ['pause', 'archive', 'restore']) expect((await loop([verb, 'churn'])).code).toBe(0);
  expect(done).toEqual(['pause', 'archive', 'restore'].map((verb) => [verb, 'churn', 'token:ops']));
});

test('publish saves a file as the draft and publishes it, makes a loop that is new, and refuses a file of another', async () => {
  const { loop, ports } = await withServer();
  const published = await loop(['publish', 'churn', '--file', file('churn.json', { ...drawing, name: 'Second' })]);
  expect(published).toMatchObject({ code: 0, out: 'churn is published as version 1; nobody under way was moved.\n' });
  expect(await ports.loops.get('churn')).toMatchObject({ name: 'Second', revision: 2, published: { version: 1 } });
  expect((await loop(['publish', 'churn', '--json'])).json).toEqual({ version: 1 });
  expect(await loop(['publish', 'fresh', '--file', file('fresh.json', { ...drawing, id: 'fresh' })])).toMatchObject({
    code: 0,
  });
  expect(await ports.loops.get('fresh')).toMatchObject({ published: { version: 1 } });
  expect(await loop(['publish', 'fresh', '--file', file('churn.json', drawing)])).toMatchObject({
    code: 1,
    error: 'expected a file of the loop fresh, got one of churn: a loop keeps its id',
  });
  const broken = await loop(['publish', 'churn', '--file', file('broken.json', { ...drawing, nodes: [{ id: 'a' }] })]);
  expect(broken).toMatchObject({ code: 1, error: expect.stringContaining('nodes[0].type') });
});

test('resume without a choice shows who is overdue, and goes on only when somebody at a terminal chooses', async () => {
  const { loop, done } = await withServer();
  const alone = await loop(['resume', 'churn']);
  expect(alone).toMatchObject({
    code: 1,
    error: expect.stringMatching(/was not resumed.*\n.*continue: .*\n.*skip: .*\n.*exit: .*\n.*spread/),
  });
  expect(alone.out).toMatch(/mail +Mail +1 +1 +2 +3/);
  expect(await loop(['resume', 'churn', '--json'])).toMatchObject({ code: 1, json: { total: { overdue: 2 } } });
  expect(await loop(['resume', 'churn'], [''])).toMatchObject({ code: 1, error: 'churn stays paused' });
  expect(await loop(['resume', 'churn'], ['perhaps'])).toMatchObject({
    code: 1,
    error: expect.stringContaining('none of the choices'),
  });
  expect(done).toEqual([]);
  const chosen = await loop(['resume', 'churn'], ['spread PT6H']);
  expect(chosen).toMatchObject({
    code: 0,
    out: expect.stringContaining('churn goes on. 3 customers and 3 messages were overdue: spread'),
  });
  expect(await loop(['resume', 'churn', '--overdue', 'skip'])).toMatchObject({ code: 0, asked: [] });
  expect(done.map(([, , choice]) => choice)).toEqual([{ overdue: 'spread', over: 'PT6H' }, { overdue: 'skip' }]);
});

test('resume goes on at once where nothing is overdue', async () => {
  const { ports } = testPorts();
  const { life } = ports;
  const nothing = { loop: 'churn', pausedAt: null, at: 0, nodes: [], total: { arrived: 0, overdue: 0, messages: 0 } };
  let choice: unknown;
  const { loop } = await withServer({
    life: {
      ...life,
      overdue: async () => nothing,
      resume: async (_, chosen) => {
        choice = chosen;
        return nothing;
      },
    },
  });
  expect(await loop(['resume', 'churn'])).toMatchObject({ code: 0, out: 'churn goes on; nothing was overdue.\n' });
  expect(choice).toEqual({ overdue: 'continue' });
});

test('a migration maps nodes by old=new, ends people by old=, and fails when a node has no place', async () => {
  const { loop, done, ports } = await withServer();
  const planned = await loop(['migrate', 'churn', '--map', 'old=new', 'gone=', '--from', '1', '--dry-run']);
  expect(planned).toMatchObject({
    code: 0,
    out: expect.stringContaining('\n3 customers would move to version 2 of churn, 1 customer would end.\n'),
  });
  expect(done).toEqual([['migrate', 'churn', { from: 1, map: { old: 'new', gone: null }, dryRun: true }, 'token:ops']]);
  expect(await loop(['migrate', 'churn', '--map', 'old'])).toMatchObject({
    code: 2,
    error: expect.stringContaining('expected old=new'),
  });
  const { life } = ports;
  life.migrate = async () => ({
    loop: 'churn',
    to: 2,
    dryRun: false,
    moves: [{ version: 1, from: 'a', to: null, keep: false, customers: 5, parked: 0, awaitingReceipt: 1 }],
    missing: [{ version: 1, node: 'gone', customers: 3 }],
    moved: 0,
    ended: 0,
  });
  const stuck = await loop(['migrate', 'churn']);
  expect(stuck).toMatchObject({ code: 1, error: '1 node with people has no place in version 2' });
  expect(stuck.out).toMatch(/a +\(out of the loop\) +anew +5/);
  expect(stuck.out).toContain('gone (version 1): 3 customers');
});

test('flags select who is meant, all of which must hold', async () => {
  const { loop, done } = await withServer();
  const rule = { combinator: 'and', rules: [{ field: 'country', operator: '=', value: 'NL' }] };
  const args = [
    'cancel',
    'churn',
    '--customer',
    '3',
    '4',
    '--identity',
    'email=a=b@example.com',
    '--node',
    'mail',
    '--of-version',
    '2',
  ];
  const answer = await loop([...args, '--rule', file('rule.json', rule), '--dry-run']);
  expect(answer).toMatchObject({ code: 0, out: '3 enrollments would be cancelled.\n' });
  const identities = [{ kind: 'email', value: 'a=b@example.com' }];
  expect(done).toEqual([
    [
      'cancel',
      'churn',
      { customers: [3, 4], identities, rule, node: 'mail', version: 2 },
      { dryRun: true },
      'token:ops',
    ],
  ]);
  for (const nobody of [
    ['cancel', 'churn'],
    ['retry', 'churn', '--dry-run'],
    ['redrive', 'churn'],
    ['enter', 'churn'],
  ])
    expect(await loop(nobody)).toMatchObject({ code: 2, error: expect.stringContaining('expected w') });
});

test('each intervention is told in words, and its own flags reach the server', async () => {
  const { loop, done } = await withServer();
  const outs = [];
  for (const args of [
    ['replay', 'churn', '--customer', '1', '--entry', 'in'],
    ['retry', 'churn', '--all'],
    ['release', 'churn', '--node', 'mail', '--port', 'failed'],
    ['release', 'churn', '--node', 'mail', '--exit'],
    ['redrive', 'churn', '--status', 'unknown', '--key', 'churn.mail.1.1.2'],
    ['enter', 'churn', '--identity', 'email=a@example.com', 'email=b@example.com', '--node', 'in', '--key', 'cart-7'],
  ])
    outs.push((await loop(args)).out);
  expect(outs).toEqual([
    '3 enrollments replayed, 3 customers entered.\n',
    '3 enrollments tried again.\n',
    '3 enrollments released.\n',
    '3 enrollments released.\n',
    '2 messages put into the outbox again.\n',
    '2 customers entered.\n',
  ]);
  expect(done.map(([verb, , ...asked]) => [verb, ...asked.slice(0, -1)])).toEqual([
    ['replay', { customers: [1] }, { node: 'in', dryRun: false }],
    ['retry', { all: true }, { dryRun: false }],
    ['release', { node: 'mail' }, { port: 'failed', exit: false, dryRun: false }],
    ['release', { node: 'mail' }, { exit: true, dryRun: false }],
    ['redrive', { status: 'unknown', keys: ['churn.mail.1.1.2'] }, { dryRun: false }],
    [
      'enter',
      {
        node: 'in',
        key: 'cart-7',
        parties: ['a', 'b'].map((name) => ({
          identities: [{ kind: 'email', value: `${name}@example.com` }],
          traits: {},
          consents: [],
        })),
      },
    ],
  ]);
});

test('what sweeps over everybody is counted and asked back, and without a terminal takes --yes', async () => {
  const { loop, done } = await withServer();
  for (const verb of ['cancel', 'replay', 'release', 'redrive']) {
    const real = () => done.filter(([, , , options]) => (options as { dryRun: boolean }).dryRun === false);
    done.length = 0;
    expect(await loop([verb, 'churn', '--all'])).toMatchObject({
      code: 2,
      error: expect.stringContaining('say --yes'),
    });
    done.length = 0;
    const declined = await loop([verb, 'churn', '--all'], ['n']);
    expect(declined).toMatchObject({
      code: 1,
      error: 'nothing was done',
      asked: [expect.stringMatching(/^churn: .* would .*\[y\/N\]/)],
    });
    expect([verb, real()]).toEqual([verb, []]);
    done.length = 0;
    expect((await loop([verb, 'churn', '--all'], ['y'])).code).toBe(0);
    expect([verb, real().length]).toEqual([verb, 1]);
    done.length = 0;
    expect(await loop([verb, 'churn', '--all', '--yes'])).toMatchObject({ code: 0, asked: [] });
    expect([verb, done.length]).toEqual([verb, 1]);
  }
});

test('what the server refuses is one sentence and exit 1; with --json its answer is printed as well', async () => {
  const { loop, secret } = await withServer();
  expect(await loop(['status', 'none'])).toMatchObject({ code: 1, error: 'there is no loop none', out: '' });
  expect(await loop(['status', 'none', '--json'])).toMatchObject({ code: 1, json: { error: { code: 'not-found' } } });
  await loop(['pause', 'churn']);
  expect(await loop(['pause', 'churn'])).toMatchObject({ code: 1, error: 'the loop churn is so already' });
  const rule = { combinator: 'and', rules: [{ field: 'age', operator: 'resembles', value: 3 }] };
  const unsound = await loop(['cancel', 'churn', '--rule', file('rule.json', rule)]);
  expect(unsound).toMatchObject({ code: 1, error: expect.stringContaining('selection.rule.rules[0].operator') });
  const stranger = await loop(['status', 'churn'], undefined, { OSICAM_TOKEN: `${secret.slice(0, -3)}xyz` });
  expect(stranger).toMatchObject({ code: 1, error: expect.stringContaining('does not know this token') });
});

test('a viewer is told which role a change takes', async () => {
  const { loop } = await withServer({}, 'viewer');
  expect((await loop(['status', 'churn'])).code).toBe(0);
  expect(await loop(['pause', 'churn'])).toMatchObject({
    code: 1,
    error: expect.stringContaining('takes the role operator, and the token ops has the role viewer'),
  });
});

test('a token comes from the flag, a file, or the environment, in that order; without one nothing is sent', async () => {
  const { loop, secret } = await withServer();
  const wrong = { OSICAM_TOKEN: 'wrong' };
  expect((await loop(['status', 'churn', '--token', secret], undefined, wrong)).code).toBe(0);
  expect((await loop(['status', 'churn', '--token-file', file('token', `${secret}\n`)], undefined, wrong)).code).toBe(
    0,
  );
  expect((await loop(['status', 'churn'], undefined, wrong)).code).toBe(1);
  expect(await loop(['status', 'churn'], undefined, {})).toMatchObject({
    code: 2,
    error: expect.stringContaining('OSICAM_TOKEN'),
  });
  expect((await loop(['status', 'churn', '--token', 'a', '--token-file', 'b'])).code).toBe(2);
  expect((await loop(['status', 'churn', '--token', 'two words'])).code).toBe(2);
  expect(await loop(['status', 'churn', '--token-file', '/nowhere/token'])).toMatchObject({
    code: 1,
    error: expect.stringContaining('cannot read the token'),
  });
});

test('a token never goes unencrypted to another machine unless that is said', async () => {
  const call = (server: string, ...more: string[]) =>
    run(['status', 'churn', '--server', server, '--token', 'x', ...more]);
  for (const server of [
    'http://osicam.invalid',
    'http://10.0.0.7:4100',
    'http://127.0.0.1.invalid',
    'http://localhost.invalid',
  ])
    expect([server, await call(server)]).toMatchObject([
      server,
      { code: 2, error: expect.stringContaining('could read the token') },
    ]);
  expect((await call('http://osicam.invalid', '--insecure')).code).toBe(1);
  expect((await call('https://osicam.invalid')).code).toBe(1);
  for (const wrong of ['osicam.invalid', 'ftp://127.0.0.1', 'http://user:password@127.0.0.1'])
    expect([wrong, (await call(wrong)).code]).toEqual([wrong, 2]);
});

test('a server that is not there, points elsewhere, or is another program is told apart', async () => {
  const { Hono } = await import('hono');
  const other = new Hono()
    .get('/api/loops/page/status', (c) => c.html('<h1>Welcome</h1>'))
    .get('/api/loops/moved/status', (c) => c.redirect('https://elsewhere.example/'));
  const listening = await serve(other as never, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => listening.stop(0));
  const server = `http://127.0.0.1:${listening.port}`;
  const status = (loop: string) => run(['status', loop, '--server', server, '--token', 'x']);
  expect(await status('page')).toMatchObject({ code: 1, error: expect.stringContaining('as no OSICAM server does') });
  expect(await status('moved')).toMatchObject({
    code: 1,
    error: expect.stringContaining('points to https://elsewhere.example/'),
  });
  const gone = await serve(other as never, { host: '127.0.0.1', port: 0 });
  await gone.stop(0);
  const call = await run(['status', 'churn', '--server', `http://127.0.0.1:${gone.port}`, '--token', 'x']);
  expect(call).toMatchObject({ code: 1, error: expect.stringContaining('nobody listens there') });
});
