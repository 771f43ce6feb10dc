import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { alternate, onCopy } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { now, openEngine } from './engine.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { makePeople } from './people.ts';

const connections = 10;
const from = 'Example <service@example.com>';
const subject = 'An offer for {{ customer.name }}';
const text = `Dear {{ customer.name }},\n\n${'This is what we would like to offer you, and why we think that it suits you well. '.repeat(12)}\n`;
const addressOf = (id: number) => `c${id}@example.com`;
const fill = (template: string, id: number) => template.replaceAll('{{ customer.name }}', `Customer ${id}`);

const loop = {
  format: 'osicam/loop@1' as const,
  id: 'mailing',
  name: 'Mailing',
  nodes: [
    ['in', 'collect/event', { event: 'nothing' }],
    ['mail', 'interact/email', { from, subject, text, consent: 'given' }],
    ['end', 'flow/end', {}],
  ].map(([id, type, settings]) => ({
    id: id as string,
    type: type as string,
    position: { x: 0, y: 0 },
    data: { label: '', settings: settings as Record<string, unknown> },
  })),
  edges: [
    { id: 'in', source: 'in', sourceHandle: 'entered', target: 'mail' },
    ...['sent', 'failed', 'suppressed'].map((port) => ({
      id: port,
      source: 'mail',
      sourceHandle: port,
      target: 'end',
    })),
  ],
};

/** What of the channel's own library the floor uses. */
interface Pool {
  sendMail(mail: Record<string, unknown>): Promise<unknown>;
  close(): void;
}
const { createTransport } = createRequire(new URL('../../packages/plugins/package.json', import.meta.url))(
  'nodemailer',
) as {
  createTransport: (options: Record<string, unknown>) => Pool;
};

const secondsOf = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;

const measures: Record<string, Measure> = {
  /** Everybody stands at the mail node, with a consent. */
  async prepare({ file, rows }) {
    const start = performance.now();
    const { db, engine } = await openEngine(file as string);
    await makePeople(db, Number(rows));
    await db.write(async (tx) => {
      await tx.run("UPDATE customer SET traits = jsonb_set(traits, '$.email', 'c' || id || '@example.com')");
      await tx.run(
        `INSERT INTO consent (customer, channel, purpose, at, granted, source) SELECT id, 'email', 'marketing', 0, 1, 'form' FROM customer`,
      );
    });
    const version = await engine.publish(loop);
    await engine.enter(
      version,
      Array.from({ length: Number(rows) }, (_, i) => i + 1),
    );
    await db.close();
    return { seconds: (performance.now() - start) / 1000 };
  },

  /** Composed into the outbox first; timed is the way out of it, until the last is settled on disk and its customer has moved on. */
  async osicam({ file, rows, url }) {
    const deliver = { 'interact/email': { url, connections } };
    const { db, engine, longest } = await openEngine(file as string, { deliver });
    const composing = performance.now();
    while ((await engine.work()) > 0);
    const start = performance.now();
    const processor = process.cpuUsage();
    // As the engine's own process does it.
    let done = 0;
    while (done < Number(rows)) {
      await engine.send();
      const told = await Promise.race([engine.deliveries(), new Promise((resolve) => setTimeout(resolve, 40, 'late'))]);
      if (told !== 'late') continue;
      const row = await db.read((tx) =>
        tx.first<{ done: number }>('SELECT count(*) AS done FROM enrollment WHERE ended_at IS NOT NULL'),
      );
      done = row?.done ?? 0;
    }
    const end = performance.now();
    const processorSeconds = secondsOf(process.cpuUsage(processor));
    const sent = await db.read((tx) =>
      tx.first<{ sent: number }>("SELECT count(*) AS sent FROM message WHERE status = 'sent'"),
    );
    if (sent?.sent !== Number(rows)) throw new Error(`expected ${rows} to be sent, got ${JSON.stringify(sent)}`);
    await engine.stopSending();
    await db.close();
    // The connections are still open, and would hold the process.
    setTimeout(() => process.exit(0), 50);
    return {
      seconds: (end - start) / 1000,
      processorSeconds,
      composingSeconds: (start - composing) / 1000,
      ...longest,
    };
  },

  /** The pool of the same library with the same connections, and mails of the same headers and bodies. Nothing is written down. */
  async floor({ rows, url }) {
    const pool = createTransport({ url, pool: true, maxConnections: connections, maxMessages: 1_000 });
    const start = performance.now();
    const processor = process.cpuUsage();
    let next = 0;
    const lane = async () => {
      while (next < Number(rows)) {
        const id = ++next;
        const messageId = createHash('sha256').update(`mailing.mail.${id}.1.2`).digest('hex').slice(0, 32);
        await pool.sendMail({
          messageId: `<${messageId}@example.com>`,
          date: new Date(now),
          from: { name: 'Example', address: 'service@example.com' },
          to: { name: '', address: addressOf(id) },
          envelope: { from: 'service@example.com', to: [addressOf(id)] },
          subject: fill(subject, id),
          text: fill(text, id),
        });
      }
    };
    await Promise.all(Array.from({ length: connections }, lane));
    const seconds = (performance.now() - start) / 1000;
    const processorSeconds = secondsOf(process.cpuUsage(processor));
    pool.close();
    return { seconds, processorSeconds };
  },
};

/** A mail server for the length of a bench. */
async function withSink<T>(use: (url: string) => Promise<T>): Promise<T> {
  const entry = fileURLToPath(new URL('mail-sink.ts', import.meta.url));
  const sink = spawn(process.execPath, [entry], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [port] = (await once(sink.stdout.setEncoding('utf8'), 'data')) as [string];
    return await use(`smtp://127.0.0.1:${port.trim()}`);
  } finally {
    sink.kill();
  }
}

export const bench: Bench = {
  name: 'mail',
  describe: `mails a second through the outbox to a local mail server, over ${connections} connections`,
  measures,
  async run({ folder, rows = 10_000, runs = 3, say }) {
    const template = join(folder, 'mail.sqlite');
    const given = { rows: `${rows}` };
    await inChild('mail', 'prepare', { ...given, file: template });
    return withSink(async (url) => {
      const done = await alternate(runs, say, {
        floor: () => inChild('mail', 'floor', { ...given, url }),
        osicam: () => onCopy(template, (file) => inChild('mail', 'osicam', { ...given, url, file })),
      });
      const seconds = median(done.osicam.map((run) => run.seconds));
      const floor = median(done.floor.map((run) => run.seconds));
      return {
        name: 'mail',
        value: rounded(rows / seconds),
        unit: 'mails/s',
        floor: rounded(rows / floor),
        ratio: ratioOf(floor, seconds),
        goal: 0.85,
        runs,
        peakMemoryMB: Math.max(...done.osicam.map((run) => run.peakMemoryMB)),
        floorIs: "nodemailer's pool alone, the same mails over as many connections",
        // What each mail costs the processor, in milliseconds: steadier than seconds where the sink has no core of its own.
        processorMs: rounded((1000 * median(done.osicam.map((run) => run.processorSeconds ?? 0))) / rows),
        floorProcessorMs: rounded((1000 * median(done.floor.map((run) => run.processorSeconds ?? 0))) / rows),
        composingSeconds: rounded(median(done.osicam.map((run) => run.composingSeconds ?? 0))),
        longestHoldMs: rounded(Math.max(...done.osicam.map((run) => run.holdMs ?? 0))),
      };
    });
  },
};
