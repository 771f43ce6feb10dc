import { expect, test } from 'vitest';
import { postOffice } from '../../runner/test-post.ts';
import { createMessagesPort } from './messages.ts';
import { createPolicyPort } from './policy.ts';
import { writePolicy } from '../../store/policy.ts';
import { readAudit } from '../../store/audit.ts';

test('dead letters are listed with what became of them, page by page, and one that is redriven is none any more', async () => {
  const { db, engine, people, publish, work } = await postOffice({
    't/mail': ({ address }) =>
      address === 'c3' ? { status: 'sent' } : { status: 'failed', detail: 'no such mailbox' },
  });
  const all = await people([{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }]);
  await engine.enter(await publish('m', 't/mail', { purpose: 'service' }), all.slice(0, 3));
  await engine.enter(await publish('n', 't/mail', { consent: 'given' }), all.slice(3));
  await work();
  await engine.deliver();
  const ledger = createMessagesPort((read) => db.read(read));

  const failed = await ledger.list({ loop: 'm', status: 'failed', limit: 10 });
  expect(failed).toMatchObject([
    { key: 'm.post.2.1.1', customer: 2, channel: 'email', purpose: 'service', attempts: 1, detail: 'no such mailbox' },
    { key: 'm.post.1.1.1', customer: 1, reason: null, body: { hello: 1 } },
  ]);
  const [first] = await ledger.list({ status: 'failed', limit: 1 });
  expect(await ledger.list({ status: 'failed', after: first?.key ?? '', limit: 10 })).toMatchObject([{ customer: 1 }]);
  expect(await ledger.list({ status: 'suppressed', limit: 10 })).toMatchObject([
    { key: 'n.post.4.1.1', reason: 'consent', body: {} },
  ]);

  await engine.redrive('m', { status: 'failed', keys: ['m.post.1.1.1'] }, { dryRun: false });
  expect(await ledger.list({ loop: 'm', status: 'queued', limit: 10 })).toMatchObject([{ customer: 1, attempts: 0 }]);
});

test('the contact policy is one document, its defaults until somebody sets it, and who set it stands in the audit', async () => {
  const { db, clock } = await postOffice();
  const port = createPolicyPort((read) => db.read(read), {
    writePolicy: (policy, actor) => db.write((tx) => writePolicy(tx, { policy, actor, now: clock.now() })),
  });
  const before = await port.read();
  expect(before).toMatchObject({ caps: [], quietHours: [], marketingPurposes: ['marketing'] });
  await port.write({ ...before, caps: [{ channel: '*', per: 'day', max: 2, beyond: 'hold' }] }, 'ada');
  expect((await port.read()).caps).toEqual([{ channel: '*', per: 'day', max: 2, beyond: 'hold' }]);
  expect(await db.read((tx) => readAudit(tx, '', 10))).toMatchObject([{ action: 'policy', actor: 'ada' }]);
});
