import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { customersCsv, draw, mailing } from './draw.ts';
import type { Run } from './osicam.ts';
import { folder, nodeOf, osicam, osicamJson, root, whereSomebodyIsLost, write } from './osicam.ts';
import { refusal, smtpServer } from './smtp.ts';

function desk(count = 25) {
  const directory = folder();
  const loop = write(directory, 'mail.loop.json', mailing());
  write(directory, 'customers.csv', customersCsv(count));
  return { directory, loop, db: join(directory, 'it.sqlite') };
}

const plugins = join(root, 'packages/plugins/src/index.ts');

const read = (stdout: string) => JSON.parse(stdout) as Run;

test('without --deliver not even a configured channel reaches the world', async () => {
  const { url, taken } = await smtpServer();
  const { loop, directory } = desk();
  const config = write(directory, 'osicam.config.json', {
    plugins: [plugins],
    channels: { 'interact/email': { url } },
  });
  expect((await osicamJson<Run>(['--config', config, 'run', loop])).messages.sent).toBe(25);
  expect(taken).toEqual([]);
  // Named without a URL, it is the configured one.
  const args = ['--config', config, 'run', loop, '--deliver', 'interact/email'];
  expect((await osicamJson<Run>(args)).messages.sent).toBe(25);
  expect(taken).toHaveLength(25);
});

test('with --deliver each customer gets one mail by SMTP, and a second run sends nothing again', async () => {
  const { url, taken } = await smtpServer();
  const { loop, db } = desk();
  const args = ['run', loop, '--db', db, '--deliver', `interact/email=${url}`];
  const run = await osicamJson<Run>(args);
  expect(run.messages).toEqual({ sent: 25, failed: 0, unknown: 0, suppressed: 0 });
  expect([...taken].sort()).toEqual(Array.from({ length: 25 }, (_, i) => `c${i}@example.com`).sort());
  const again = await osicamJson<Run>(args);
  expect({ ...again, seconds: 0 }).toEqual({ ...run, seconds: 0 });
  expect(taken).toHaveLength(25);
});

describe('an SMTP server that refuses', () => {
  test('some is told of on standard error; those leave by “failed”, the others by “sent”', async () => {
    const { url, taken } = await smtpServer({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('c1') ? done(refusal(550, 'no such mailbox')) : done(),
    });
    const { loop } = desk();
    const outcome = await osicam(['run', loop, '--deliver', `interact/email=${url}`, '--json']);
    expect(outcome.code).toBe(0);
    const run = read(outcome.stdout);
    // c1 and c10 to c19.
    expect(run.messages).toEqual({ sent: 14, failed: 11, unknown: 0, suppressed: 0 });
    expect(nodeOf(run, 'refused').ports).toEqual({ ended: 11 });
    expect(taken).toHaveLength(14);
    expect(whereSomebodyIsLost(run)).toEqual([]);
    expect(outcome.stderr).toMatch(/^osicam: mail: 11 messages failed: .*550 no such mailbox$/m);
  });

  test.each([
    [550, 'for good'],
    [450, 'for now, however often it is asked'],
  ])('everybody with %i (%s) is an error, with the figures all the same', async (code) => {
    let asked = 0;
    const { url } = await smtpServer({
      onRcptTo: (_address, _session, done) => {
        asked++;
        done(refusal(code, 'go away'));
      },
    });
    const { loop } = desk(5);
    const outcome = await osicam(['run', loop, '--deliver', `interact/email=${url}`, '--json']);
    expect(outcome.code).toBe(1);
    const run = read(outcome.stdout);
    expect(run.messages).toEqual({ sent: 0, failed: 5, unknown: 0, suppressed: 0 });
    expect(nodeOf(run, 'refused').ports).toEqual({ ended: 5 });
    expect(asked).toBe(code === 550 ? 5 : 40);
    expect(outcome.stderr).toMatch(new RegExp(`^osicam: mail: 5 messages failed: .*${code} go away$`, 'm'));
  });

  test('for now and then takes it has taken it', async () => {
    const seen = new Map<string, number>();
    const { url, taken } = await smtpServer({
      onRcptTo: ({ address }, _session, done) => {
        seen.set(address, (seen.get(address) ?? 0) + 1);
        if ((seen.get(address) as number) < 3) done(refusal(451, 'greylisted'));
        else done();
      },
    });
    const { loop } = desk(6);
    const run = await osicamJson<Run>(['run', loop, '--deliver', `interact/email=${url}`]);
    expect(run.messages).toMatchObject({ sent: 6, failed: 0 });
    expect(taken).toHaveLength(6);
  });

  test('the connection, or the log-in, is found out before anybody is written to or anything is made', async () => {
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const strict = await smtpServer({
      authOptional: false,
      disabledCommands: ['STARTTLS'],
      onAuth: (_auth, _session, done) => done(new Error('who are you?')),
    });
    const rude = await smtpServer({ onConnect: (_session, done) => done(refusal(554, 'not today')) });
    const { loop, db } = desk();
    const tries: [string, RegExp][] = [
      [`smtp://127.0.0.1:${port}`, /expected an SMTP server that takes mail at 127\.0\.0\.1:\d+, got: .*ECONNREFUSED/],
      [strict.url.replace('//', '//me:secret@'), /got: .*who are you\?/],
      [rude.url, /got: .*not today/],
    ];
    for (const [url, said] of tries) {
      const outcome = await osicam(['run', loop, '--db', db, '--deliver', `interact/email=${url}`, '--json']);
      expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(said) });
      expect(outcome.stderr).toMatch(/^osicam: --deliver interact\/email: /m);
      expect(outcome.stderr).not.toMatch(/a bug|secret/);
      expect(existsSync(db)).toBe(false);
    }
  });
});

test('a webhook reaches its server once a customer; whom the server refuses leave by “failed”', async () => {
  const called: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { email } = (JSON.parse(body) as { data: { email: string } }).data;
      called.push(email);
      response.statusCode = email === 'c3@example.com' ? 422 : 200;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const directory = folder();
  write(directory, 'customers.csv', customersCsv(8));
  const loop = draw(
    [
      ['in', 'collect/file', { path: 'customers.csv' }],
      [
        'call',
        'interact/webhook',
        {
          url: 'http://billing.example.com/hook',
          fields: [{ name: 'email', value: '{{ customer.email }}', as: 'text' }],
        },
      ],
      ['reached', 'flow/end'],
      ['refused', 'flow/end'],
      ['kept-out', 'flow/end'],
    ],
    ['in.entered > call', 'call.sent > reached', 'call.failed > refused', 'call.suppressed > kept-out'],
  );
  const config = write(directory, 'osicam.config.json', {
    plugins: [plugins],
    channels: { 'interact/webhook': { connectTo: { 'billing.example.com:80': `127.0.0.1:${port}` } } },
  });
  const file = write(directory, 'hook.loop.json', loop);
  const outcome = await osicam(['--config', config, 'run', file, '--json', '--deliver', 'interact/webhook']);
  expect(outcome).toMatchObject({ code: 0, stderr: expect.stringMatching(/^osicam: call: 1 message failed: 422/m) });
  const run = read(outcome.stdout);
  expect(nodeOf(run, 'reached').entered).toBe(7);
  expect(nodeOf(run, 'refused').entered).toBe(1);
  expect(whereSomebodyIsLost(run)).toEqual([]);
  expect(called.sort()).toEqual(Array.from({ length: 8 }, (_, i) => `c${i}@example.com`));
});

test('a list that is delivered lies where the command was called, or beside its database', async () => {
  const directory = folder();
  write(directory, 'customers.csv', 'id,phone\n1,+49 30 1234567\n2,+49 30 7654321\n');
  const loop = draw(
    [
      ['in', 'collect/file', { path: 'customers.csv' }],
      ['list', 'interact/call-list', { list: 'calls', consent: 'notNeeded' }],
      ['out', 'flow/end'],
    ],
    ['in.entered > list', 'list.sent > out', 'list.failed > out', 'list.suppressed > out'],
  );
  const file = write(directory, 'list.loop.json', loop);
  const [here, beside] = [folder(), folder()];
  const args = ['run', file, '--deliver', 'interact/call-list'];
  await osicamJson<Run>(args, { cwd: here });
  await osicamJson<Run>([...args, '--db', join(beside, 'it.sqlite')], { cwd: folder() });
  for (const at of [here, beside])
    expect(readFileSync(join(at, 'calls.csv'), 'utf8').trim().split('\n')).toHaveLength(3);
});

test('a channel that is told what it does not understand is not run', async () => {
  const { loop } = desk(1);
  for (const [deliver, said] of [
    ['interact/webhook=http://127.0.0.1:1', /interact\/webhook: .*"url"/s],
    ['interact/call-list=calls.csv', /interact\/call-list: expected no configuration, got url/],
  ] as const)
    expect(await osicam(['run', loop, '--deliver', deliver])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(said),
    });
});
