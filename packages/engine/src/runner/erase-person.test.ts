import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { exportPerson, importRecords, indexCustomers, suppressionHash } from '../customers/index.ts';
import type { Database } from '../store/database.ts';
import { testDatabaseUrl, testsOn } from '../store/test-database.ts';
import { drawLoop, testEngine } from './test-engine.ts';
import { end, start as entry } from './test-nodes.ts';
import { delay } from './test-waits.ts';

const secret = 'a secret of this installation, 32+';
const start = Date.UTC(2026, 0, 5);

/** All that tells of Zoë, each in a place of its own, and no part of anything else. */
const personal = {
  name: 'Zoë Quillfeather',
  email: 'zoe.quillfeather@example.net',
  phone: '+4915155501234',
  userId: 'uid-zoe-7781',
  oldEmail: 'old.zoe@example.net',
  street: 'Mondscheingasse 17',
  oldStreet: 'Sternweg 99',
  note: 'Allergisch gegen „Wespen“ 🐝',
  product: 'Xylophonbausatz Deluxe',
  proof: 'recording-zoe-3321',
  household: 'Mondscheingasse-17-Wien',
  body: 'Dear Zoë, your kit is under way',
  detail: '550 no such user zoe.q',
  misfit: 'born-on-a-tuesday',
  cart: 'cart-of-zoe-5512',
  mergedName: 'Z. Quillfeather-Klang',
  mergedKey: 'uid-zoe-old-1',
  error: 'cannot read Mondscheingasse',
};

async function someone() {
  const folder = mkdtempSync(join(tmpdir(), 'erase-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const url = testsOn === 'sqlite' ? `sqlite:${join(folder, 'base.sqlite')}` : await testDatabaseUrl();
  const made = await testEngine([entry, delay, end], {
    url,
    start,
    permission: { secret, newSecret: () => 'x'.repeat(32) },
  });
  const { db, engine } = made;
  await engine.publish(
    drawLoop(
      'stay',
      { in: ['t/in'], wait: ['t/delay', { days: 9 }], out: ['t/end'] },
      'in.entered -> wait\nwait.done -> out',
    ),
  );
  const when = { now: start, source: 'test' };
  await db.write((tx) =>
    importRecords(
      tx,
      [
        {
          identities: [
            { kind: 'email', value: personal.email },
            { kind: 'phone', value: personal.phone },
            { kind: 'userId', value: personal.userId },
          ],
          traits: { name: personal.name, email: personal.email, street: personal.oldStreet, age: 44 },
          events: [
            { type: 'order', category: 'order', time: start, properties: { product: personal.product } },
            { type: 'Note Added', category: 'contact', time: start, properties: { note: personal.note } },
          ],
          consents: [{ channel: 'email', purpose: 'offers', granted: true, source: 'form', proof: personal.proof }],
          relationships: [{ kind: 'household', key: personal.household, traits: { street: personal.street } }],
        },
        { identities: [{ kind: 'userId', value: personal.mergedKey }], traits: { name: personal.mergedName } },
        {
          identities: [{ kind: 'email', value: 'ben@example.net' }],
          traits: { name: 'Ben Stays' },
          relationships: [{ kind: 'household', key: 'another' }],
        },
      ],
      when,
    ),
  );
  await engine.patch([{ customer: 1, traits: { street: personal.street } }], 'user:ann');
  await db.write((tx) => indexCustomers(tx));
  await db.write(async (tx) => {
    const node = (await tx.first<{ ref: number }>('SELECT ref FROM loop_node'))?.ref ?? 1;
    const said = (sql: string, values: (string | number | null)[]) => tx.run(sql, values);
    await said(
      `INSERT INTO message (customer, n, step, node, turn, status, due, attempts, created_at, address, body, cost, detail, channel)
       VALUES (1, 9, 1, ?, 1, 'sent', 0, 1, ?, ?, ?, 3, ?, 'email')`,
      [node, start, personal.oldEmail, JSON.stringify({ text: personal.body }), personal.detail],
    );
    await said(
      `INSERT INTO enrollment (customer, n, version, entered_at, node, key, ended_at) VALUES (1, 9, 1, ?, ?, ?, ?)`,
      [start, node, personal.cart, start],
    );
    await said(`INSERT INTO misfit (customer, scope, name, at, value, source) VALUES (1, '', 'born', ?, ?, 'test')`, [
      start,
      JSON.stringify(personal.misfit),
    ]);
    await said(`INSERT INTO parked (customer, n, node, step, turn, at, error) VALUES (1, 9, ?, 1, 1, ?, ?)`, [
      node,
      start,
      personal.error,
    ]);
    await said(
      `INSERT INTO opt_in (digest, customer, channel, purpose, address, source, asked_at, expires_at) VALUES ('d', 1, 'email', 'offers', ?, 'form', ?, ?)`,
      [personal.email, start, start],
    );
    await said(`INSERT INTO merge_proposal (customer, other, score, why, at) VALUES (1, 3, 0.9, ?, ?)`, [
      `both are called ${personal.name}`,
      start,
    ]);
    await said(
      `INSERT INTO loop_audit (loop, seq, at, actor, action, detail) VALUES ('stay', 99, ?, 'ann', 'replay', ?)`,
      [start, JSON.stringify({ who: `email is ${personal.email}`, name: personal.name })],
    );
    await said(`INSERT INTO intake_aside (received_at, at, kind, body, error) VALUES (?, ?, 'track', ?, 'no')`, [
      start,
      start,
      JSON.stringify({ userId: personal.userId, note: personal.note }),
    ]);
  });
  await engine.enter(engine.newest('stay') as never, [1, 3]);
  await engine.merge([{ customer: 2, into: 1, why: `both are ${personal.name}` }], 'ann');
  return { ...made, folder, url };
}

/** Every text by which somebody could be told, in the forms that files hold texts in. */
const forms = (text: string): Buffer[] => [
  Buffer.from(text),
  Buffer.from(JSON.stringify(text).slice(1, -1)),
  Buffer.from(text.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)),
  Buffer.from(text.toLowerCase()),
];

/** Which of Zoë's texts are found: in SQLite in the bytes of its files, in PostgreSQL in any column of any table. */
async function found(db: Database, folder: string): Promise<string[]> {
  const haystack: Buffer[] = [];
  if (testsOn === 'sqlite') for (const name of readdirSync(folder)) haystack.push(readFileSync(join(folder, name)));
  else
    for (const { table } of await db.read((tx) =>
      tx.all<{ table: string }>(
        'SELECT table_name AS "table" FROM information_schema.tables WHERE table_schema = current_schema()',
      ),
    ))
      haystack.push(
        Buffer.from(
          JSON.stringify(await db.read((tx) => tx.all(`SELECT CAST(t AS text) AS row FROM "${table}" t`))).replaceAll(
            '\\\\"',
            '"',
          ),
        ),
      );
  return Object.entries(personal).flatMap(([name, text]) =>
    haystack.some((bytes) => forms(text).some((form) => bytes.includes(form))) ? [name] : [],
  );
}

test('of a person who was erased nothing is left, in any table or on any page of the files, and the others stay as they are', async () => {
  const { db, engine, folder } = await someone();
  expect((await found(db, folder)).sort()).toEqual(Object.keys(personal).sort());
  const others = () => db.read((tx) => tx.all('SELECT id, updated_at FROM customer WHERE id = 3'));
  const before = await others();

  const plan = await engine.erase(1, { dryRun: true }, 'ann');
  expect(plan).toMatchObject({ customer: 1, dryRun: true, counts: { customers: 2, messages: 1, events: 2 } });
  const erased = await engine.erase(1, { dryRun: false }, 'ann');
  expect(erased?.counts).toMatchObject({ customers: 2, events: 2, messages: 1, enrollments: 1, callsSetAside: 1 });

  expect(await found(db, folder)).toEqual([]);
  expect(await others()).toEqual(before);
  expect(await engine.erase(1, { dryRun: false }, 'ann')).toBeUndefined();
  expect(await exportPerson((work) => db.read(work), 1, { now: start })).toBeUndefined();
  await db.close();
});

test('numbers stay: messages with what they cost, journals, and what was done; and addresses are known only by their hashes', async () => {
  const { db, engine } = await someone();
  await engine.erase(1, { dryRun: false }, 'ann');
  const rows = (sql: string) => db.read((tx) => tx.all(sql));
  expect(await rows('SELECT customer, cost, address, body FROM message')).toEqual([
    { customer: 1, cost: 3, address: '', body: '{}' },
  ]);
  expect(await rows("SELECT customer, outcome FROM enrollment WHERE outcome = 'cancelled'")).toEqual([
    { customer: 1, outcome: 'cancelled' },
  ]);
  expect(await rows('SELECT customer, actor FROM erasure ORDER BY customer')).toEqual([
    { customer: 1, actor: 'ann' },
    { customer: 2, actor: 'ann' },
  ]);
  const hashes = (await rows("SELECT hash FROM suppression WHERE reason = 'erasure'")).map(({ hash }) => hash);
  expect(hashes).toContain(suppressionHash(secret, 'email', personal.email));
  expect(hashes).toContain(suppressionHash(secret, 'email', personal.oldEmail));
  expect(hashes).toContain(suppressionHash(secret, 'sms', personal.phone));
  await db.close();
});

test('who comes again after an erasure is somebody new, with a number that nobody had', async () => {
  const { db, engine } = await someone();
  await engine.erase(1, { dryRun: false }, 'ann');
  const { customers } = await db.write((tx) =>
    importRecords(tx, [{ identities: [{ kind: 'email', value: personal.email }], traits: {} }], {
      now: start,
      source: 'test',
    }),
  );
  expect(customers).toEqual([4]);
  await db.close();
});

test('while a message to somebody is under way the erasure is refused in words, and nothing has changed', async () => {
  const { db, engine } = await someone();
  await db.write((tx) => tx.run("UPDATE message SET status = 'sending'"));
  await expect(engine.erase(1, { dryRun: false }, 'ann')).rejects.toThrow('is being sent at this moment');
  expect(await db.read((tx) => tx.all('SELECT count(*) AS count FROM customer'))).toEqual([{ count: 3 }]);
  await db.close();
});
