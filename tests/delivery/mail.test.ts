import type { AddressInfo, Socket } from 'node:net';
import plugins from '@osicam/plugins';
import type { SMTPServerOptions } from 'smtp-server';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { Registry } from '../../packages/engine/src/plugin/index.ts';
import { createTransports, runToRest } from '../../packages/engine/src/runner/index.ts';
import { drawLoop, testEngine } from '../../packages/engine/src/runner/test-engine.ts';

const log = { info: () => {}, warn: () => {} };
const refusal = (responseCode: number) => Object.assign(new Error('no'), { responseCode });

interface Taken {
  to: string;
  id: string | undefined;
}

/** A real mail server. `judge` is asked once a mail is there to its last dot: true takes it, false cuts the line, a number refuses it. */
async function mailServer(judge: (mail: Taken) => boolean | number, options: SMTPServerOptions = {}) {
  const seen: Taken[] = [];
  const sockets = new Map<string, Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 10,
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (part: Buffer) => (text += part.toString()));
      stream.once('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? '';
        const mail = { to, id: /^message-id: (.+)$/im.exec(text)?.[1] };
        seen.push(mail);
        const verdict = judge(mail);
        if (verdict === false) sockets.get(`${session.remotePort}`)?.destroy();
        else done(verdict === true ? undefined : refusal(verdict));
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket) => sockets.set(`${socket.remotePort}`, socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { seen, url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
}

/** An installation with a loop that writes to everybody. */
async function mailing(url: string, settings: Record<string, unknown> = {}) {
  const registry = new Registry([plugins]);
  const transports = createTransports({
    registry,
    log,
    folder: '',
    deliver: { 'interact/email': { url, connections: 3, timeout: 300 } },
  });
  onTestFinished(() => transports.close());
  const made = await testEngine(plugins.nodes, { transports });
  const version = await made.engine.publish(
    drawLoop(
      'mailing',
      {
        in: ['collect/event', { event: 'none' }],
        mail: ['interact/email', { from: 'service@example.com', consent: 'notNeeded', ...settings }],
        sent: ['flow/end'],
        failed: ['flow/end'],
        out: ['flow/end'],
      },
      'in.entered -> mail\nmail.sent -> sent\nmail.failed -> failed\nmail.suppressed -> out',
    ),
  );
  const write = async (names: readonly string[]) => {
    await made.engine.enter(version, await made.people(names.map((name) => ({ name, email: `${name}@example.com` }))));
    await runToRest(made.engine, made.clock, { tick: 1 });
  };
  const ledger = async () => {
    const rows = await made.db.read((tx) =>
      tx.all<{ address: string; status: string }>('SELECT address, status FROM message ORDER BY customer'),
    );
    return Object.fromEntries(rows.map(({ address, status }) => [address.split('@')[0], status]));
  };
  return { ...made, write, ledger };
}

test('a line that is cut after the last dot leaves nobody knowing: told so, and never sent again but by hand', async () => {
  let cut = true;
  const { url, seen } = await mailServer(({ to }) => !(cut && to.startsWith('b')));
  const { engine, clock, write, ledger, counts } = await mailing(url);
  await write(['a', 'b', 'c', 'd']);
  clock.advanceTo(clock.now() + 30 * 86_400_000);
  await runToRest(engine, clock, { tick: 1 });
  expect(await ledger()).toEqual({ a: 'sent', b: 'unknown', c: 'sent', d: 'sent' });
  expect(seen.filter(({ to }) => to.startsWith('b'))).toHaveLength(1);

  cut = false;
  expect(await engine.redrive('mailing', { status: 'unknown' }, { dryRun: false }, 'somebody')).toBe(1);
  await runToRest(engine, clock, { tick: 1 });
  expect(await ledger()).toMatchObject({ b: 'sent' });
  const twice = seen.filter(({ to }) => to.startsWith('b'));
  // A mailbox that knows the first by its id drops the second.
  expect(new Set(twice.map(({ id }) => id)).size).toBe(1);
  expect((await counts('mailing')).mail?.ports).toEqual({ sent: 4 });
});

test('of a batch that is taken by half the other half is tried again, with the same ids, and what is refused for good is not', async () => {
  const tries = new Map<string, number>();
  const { url, seen } = await mailServer(({ to }) => {
    tries.set(to, (tries.get(to) ?? 0) + 1);
    const name = to.split('@')[0] ?? '';
    if (name.startsWith('later')) return (tries.get(to) ?? 0) < 3 ? 451 : true;
    return name.startsWith('never') ? 554 : true;
  });
  const { write, ledger } = await mailing(url);
  await write(['a', 'later1', 'never1', 'b', 'later2', 'never2', 'c']);
  expect(await ledger()).toEqual({
    a: 'sent',
    b: 'sent',
    c: 'sent',
    later1: 'sent',
    later2: 'sent',
    never1: 'failed',
    never2: 'failed',
  });
  expect([...tries.values()].toSorted((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 3, 3]);
  for (const name of ['later1', 'later2']) {
    const ids = seen.filter(({ to }) => to.startsWith(name)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  }
});

test('a server that says nothing is left alone for a while, and nobody is written to twice when it speaks again', async () => {
  let isSilent = true;
  const { url, seen } = await mailServer(() => true, {
    onMailFrom: (_address, _session, done) => {
      if (!isSilent) done();
      isSilent = false;
    },
  });
  const { write, ledger } = await mailing(url);
  await write(['a', 'b', 'c']);
  expect(await ledger()).toEqual({ a: 'sent', b: 'sent', c: 'sent' });
  expect(seen.map(({ to }) => to).sort()).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
});

test('a server that is silent after the last dot may have taken it, so that it is not asked again', async () => {
  const { url, seen } = await mailServer(({ to }) => !to.startsWith('b'), {
    onData: (stream, { envelope }, done) => {
      stream.resume();
      stream.once('end', () => {
        if (!envelope.rcptTo[0]?.address.startsWith('b')) done();
      });
    },
  });
  const { write, ledger } = await mailing(url);
  await write(['a', 'b', 'c']);
  expect(await ledger()).toEqual({ a: 'sent', b: 'unknown', c: 'sent' });
  expect(seen).toEqual([]);
});

test('a sender that the server refuses holds up nobody who writes under another', async () => {
  const { url } = await mailServer(() => true, {
    onMailFrom: ({ address }, _session, done) => done(address.startsWith('refused') ? refusal(553) : undefined),
  });
  const { engine, write, clock, people, db } = await mailing(url, { from: 'refused@example.com' });
  const other = await engine.publish(
    drawLoop(
      'other',
      {
        in: ['collect/event', { event: 'none' }],
        mail: ['interact/email', { from: 'good@example.com', consent: 'notNeeded' }],
        end: ['flow/end'],
      },
      'in.entered -> mail\nmail.sent -> end\nmail.failed -> end\nmail.suppressed -> end',
    ),
  );
  await engine.enter(other, await people([{ name: 'a', email: 'a@example.com' }]));
  await write(['a', 'b']);
  await runToRest(engine, clock, { tick: 1 });
  const rows = await db.read((tx) => tx.all<{ status: string }>('SELECT status FROM message ORDER BY status'));
  expect(rows.map(({ status }) => status)).toEqual(['failed', 'failed', 'sent']);
});
