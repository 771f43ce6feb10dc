import { existsSync, mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Run } from './osicam.ts';
import { draw } from './draw.ts';
import { folder, osicam, osicamJson, root, start, whereSomebodyIsLost, write } from './osicam.ts';
import { serving } from './serving.ts';
import { smtpServer } from './smtp.ts';

/** A port that nobody listens on, or, `busy`, that this test does. */
async function port(busy = false): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const found = String((server.address() as AddressInfo).port);
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  if (busy) onTestFinished(close);
  else await close();
  return found;
}

test('serve --json prints address and sign-in link, answers, and stops politely', async () => {
  const data = join(folder(), 'data');
  const { child, ended } = start(['serve', '--port', await port(), '--data', data, '--json']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const told = await new Promise<{ address: string; signIn: string }>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith('}\n')) resolve(JSON.parse(text) as { address: string; signIn: string });
    });
    child.once('exit', () => reject(new Error('it ended')));
  });
  expect(told.signIn.startsWith(told.address)).toBe(true);
  expect((await fetch(`${told.address}/healthz`)).status).toBe(200);
  expect((await fetch(`${told.address}/api/loops`)).status).toBe(401);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(join(data, 'osicam.sqlite'))).toBe(true);
});

test('a port that is taken is an error that names it', async () => {
  const taken = await port(true);
  const outcome = await osicam(['serve', '--port', taken, '--data', join(folder(), 'data'), '--json']);
  expect(outcome).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`osicam: .*${taken}`)),
  });
  expect(outcome.stderr).not.toMatch(/a bug|\n {4}at /);
});

test('a database from a newer version is refused by serve as well, and stays as it was', async () => {
  const data = join(folder(), 'data');
  mkdirSync(data);
  new DatabaseSync(join(data, 'osicam.sqlite')).exec('CREATE TABLE enrollment (id); PRAGMA user_version = 999');
  const outcome = await osicam(['serve', '--port', await port(), '--data', data]);
  expect(outcome).toMatchObject({ code: 1, stderr: expect.stringMatching(/has schema 999/) });
  expect(outcome.stderr).not.toMatch(/a bug|\n {4}at /);
});

test('a folder of data that cannot be made is an error that names it', async () => {
  const file = write(folder(), 'file', 'no folder');
  const outcome = await osicam(['serve', '--port', await port(), '--data', join(file, 'data')]);
  expect(outcome).toMatchObject({ code: 1, stderr: expect.stringMatching(/file\/data/) });
  expect(outcome.stderr).not.toMatch(/a bug|\n {4}at /);
});

test('sign-in data that is damaged is refused with what to do', async () => {
  const data = join(folder(), 'data');
  mkdirSync(data);
  write(data, 'auth.sqlite', 'no database '.repeat(800));
  const outcome = await osicam(['serve', '--port', await port(), '--data', data]);
  expect(outcome).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/sign-in data .*auth\.sqlite: .*restore a backup, or move it away/),
  });
  expect(outcome.stderr).not.toMatch(/a bug|\n {4}at /);
});

test('a mail server that says nothing does not keep the command from stopping, and what it was given is unknown', async () => {
  const silent = await smtpServer({ onData: (stream) => void stream.resume() });
  const here = folder();
  const config = write(here, 'osicam.config.json', {
    plugins: [join(root, 'packages/plugins/src/index.ts')],
    channels: { 'interact/email': { url: silent.url, timeout: 600_000 } },
  });
  const data = join(here, 'data');
  const first = await serving({ data, cwd: here, env: { OSICAM_CONFIG: config } });
  await first.asRole('operator');
  const people = Array.from({ length: 12 }, (_, i) => ({
    identities: [{ kind: 'key', value: `c${i}` }],
    traits: { email: `c${i}@example.com` },
  }));
  const mailing = draw(
    [
      ['in', 'collect/call'],
      ['mail', 'interact/email', { from: 'Example <service@example.com>', consent: 'notNeeded' }],
      ['end', 'flow/end'],
    ],
    ['in.entered > mail', ...['sent', 'failed', 'suppressed'].map((by) => `mail.${by} > end`)],
    'mailing',
  );
  const { env } = first;
  await osicamJson(['loop', 'publish', 'mailing', '--file', write(here, 'mailing.json', mailing)], { env });
  await osicamJson(['loop', 'enter', 'mailing', '--parties', write(here, 'people.json', people)], { env });
  const messages = async () =>
    (await osicamJson<{ messages: Record<string, number> }>(['loop', 'status', 'mailing'], { env })).messages;
  await expect.poll(async () => (await messages()).sending, { timeout: 20_000 }).toBeGreaterThan(0);
  first.child.kill('SIGTERM');
  expect(await first.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('work under way') });

  const again = await serving({ data, cwd: here });
  env.OSICAM_SERVER = again.address;
  // As many as it has connections were with the server; the others were given back, and are tried.
  const { unknown, queued = 0, sending = 0 } = await messages();
  expect([unknown, queued + sending]).toEqual([5, 7]);
});

test('an engine that dies takes the command with it, which says why', async () => {
  const here = folder();
  write(
    here,
    'dies.mjs',
    `import { isMainThread } from 'node:worker_threads';
     if (!isMainThread) setTimeout(() => { throw new Error('the plugin fell over'); }, 1500);
     export default { name: 'dies', nodes: [] };`,
  );
  write(here, 'osicam.config.json', { plugins: [join(root, 'packages/plugins/src/index.ts'), './dies.mjs'] });
  const outcome = await osicam(['serve', '--port', await port(), '--data', join(here, 'data')], { cwd: here });
  expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('the plugin fell over') });
});

test('demo --once --json is two whole turns in one document, with the truth beside it', async () => {
  const run = await osicamJson<Run & { truth: { turn: number }[] }>(['demo', '--once', '--customers', '400'], {
    cwd: folder(),
  });
  expect(run).toMatchObject({ turns: 2, messages: { failed: 0, unknown: 0 } });
  expect(run.truth.map(({ turn }) => turn)).toEqual([1, 2]);
  expect(whereSomebodyIsLost(run)).toEqual([]);
});
