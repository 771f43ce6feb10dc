import { expect, onTestFinished, test } from 'vitest';
import type { ServerError } from '../../server/index.ts';
import { openTestDatabase } from '../../store/test-database.ts';
import { createTokensPort, tokenWriter } from './tokens.ts';

const minute = 60_000;
const start = Date.parse('2026-03-01T12:00:00.000Z');

async function withTokens() {
  const db = await openTestDatabase();
  onTestFinished(() => db.close());
  const clock = { now: start };
  const writer = tokenWriter(db);
  const marks: number[] = [];
  const tokens = createTokensPort({
    read: (work) => db.read(work),
    writer: {
      ...writer,
      markTokenUsed: (digest, at) => {
        marks.push(at);
        return writer.markTokenUsed(digest, at);
      },
    },
    now: () => clock.now,
  });
  return { db, tokens, clock, marks };
}

test('of a token the database keeps only a digest, by which its secret is known', async () => {
  const { db, tokens } = await withTokens();
  const { secret, ...made } = await tokens.create({ name: 'ci', role: 'operator' });
  expect(await tokens.list()).toEqual([made]);
  expect(await tokens.check(secret)).toEqual(made);
  expect(await tokens.check(secret.slice(0, -1))).toBeUndefined();
  const rows = await db.read((tx) => tx.all('SELECT * FROM api_token'));
  expect(JSON.stringify(rows)).not.toContain(secret.slice('osicam_'.length));
});

test('no two tokens have the same secret, and none the same name', async () => {
  const { tokens } = await withTokens();
  const secrets = new Set<string>();
  for (let i = 0; i < 50; i++) secrets.add((await tokens.create({ name: `t${i}`, role: 'viewer' })).secret);
  expect(secrets.size).toBe(50);
  await expect(tokens.create({ name: 't7', role: 'admin' })).rejects.toMatchObject({
    status: 409,
  } satisfies Partial<ServerError>);
});

test('a token is good until the instant that it ends at, and one that would have ended is not made', async () => {
  const { tokens, clock } = await withTokens();
  const { secret } = await tokens.create({ name: 'short', role: 'viewer', expiresAt: start + minute });
  clock.now = start + minute - 1;
  expect(await tokens.check(secret)).toMatchObject({ name: 'short' });
  clock.now = start + minute;
  expect(await tokens.check(secret)).toBeUndefined();
  await expect(tokens.create({ name: 'late', role: 'viewer', expiresAt: clock.now })).rejects.toMatchObject({
    status: 422,
  });
});

test('a revoked token is unknown at once, and its name is free', async () => {
  const { tokens } = await withTokens();
  const { secret, digest } = await tokens.create({ name: 'ci', role: 'admin' });
  expect([await tokens.revoke(digest), await tokens.revoke(digest)]).toEqual([true, false]);
  expect(await tokens.check(secret)).toBeUndefined();
  expect((await tokens.create({ name: 'ci', role: 'viewer' })).secret).not.toBe(secret);
});

test('that a token is used is written at most once a minute', async () => {
  const { tokens, clock, marks } = await withTokens();
  const { secret } = await tokens.create({ name: 'ci', role: 'viewer' });
  for (const after of [0, 1, minute - 1, minute, minute + 1, 5 * minute]) {
    clock.now = start + after;
    await tokens.check(secret);
  }
  expect(marks).toEqual([start, start + minute, start + 5 * minute]);
  await expect.poll(async () => (await tokens.list())[0]?.usedAt).toBe(start + 5 * minute);
});

test('a token opens also when nothing can be written', async () => {
  const { db, tokens } = await withTokens();
  const { secret } = await tokens.create({ name: 'ci', role: 'viewer' });
  const full = createTokensPort({
    read: (work) => db.read(work),
    writer: { ...tokenWriter(db), markTokenUsed: () => Promise.reject(new Error('the disk is full')) },
    now: () => start,
  });
  expect(await full.check(secret)).toMatchObject({ name: 'ci' });
});
