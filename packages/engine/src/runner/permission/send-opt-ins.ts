import type { Receipt } from '../../plugin/index.ts';
import type { PermissionPolicy } from '../../plugin/permission-policy.ts';
import { wordingFor } from '../../plugin/permission-texts.ts';
import type { OptInRow, Transaction } from '../../store/index.ts';
import { describeError, within } from '../attempt.ts';
import { maxAttempts, retryAfter } from '../backoff.ts';
import type { Parts, Permission } from '../parts.ts';
import { publicLink } from './links.ts';
import { newOptInSecret } from './opt-in-secret.ts';
import { optInMail } from './opt-in-mail.ts';
import { suppressionOf } from './opt-ins.ts';

/** The channel by which people are asked: the one that this installation's other mails go by. */
export const mailer = 'interact/email';

/** How many mails one pass sends. */
const most = 20;
/** A process that dies with a mail under way leaves it to the next, which waits so long. */
const afterDeath = 600_000;
/** What is over is kept so long for whoever uses an old link; the consent has its own proof. */
const kept = 30 * 86_400_000;

/** Why nobody can be asked by mail as this installation is set up; undefined when they can. */
export function whyNobodyAsks({ permission, transports, registry }: Parts): string | undefined {
  if (permission?.publicURL === undefined)
    return 'expected the public address of this installation as publicURL in its configuration, got none';
  if (registry.get(mailer)?.contract !== 'channel' || transports.isLocal(mailer))
    return `expected ${mailer} among the channels of the configuration, as { "url": "smtp://mail.example.com:587" }, got none`;
  return undefined;
}

/**
 * Sends the mails of double opt-ins that are due, each with a new secret that is known to nobody but its reader. A mail that
 * the server refuses for now is tried again, with another secret; one that may have gone out is not. How many.
 */
export async function sendOptIns(parts: Parts): Promise<number> {
  const { db, store, clock } = parts;
  const due = await db.read((tx) => store.dueOptIns(tx, { now: clock.now(), limit: most }));
  if (due.length === 0) return 0;
  await db.write((tx) => store.forgetOptIns(tx, clock.now() - kept), 'prune');
  if (whyNobodyAsks(parts) !== undefined) return 0;
  for (const each of due) await sendOne(parts, parts.permission as Permission, each);
  return due.length;
}

async function sendOne(
  parts: Parts,
  permission: Permission,
  { digest, attempts }: { digest: string; attempts: number },
): Promise<void> {
  const { db, store, customers, clock, log } = parts;
  const { secret, digest: next } = newOptInSecret(permission);
  const now = clock.now();
  const taken = await db.write(async (tx) => {
    if (!(await store.takeOptIn(tx, { digest, attempts, next, again: now + afterDeath }))) return undefined;
    const rows = await store.findOptIn(tx, next);
    const policy = await customers.permissionPolicyIn(tx);
    if (await mayBeAsked(parts, tx, rows, now)) return { rows, policy };
    await store.settleOptIn(tx, next, null);
    return undefined;
  }, 'claim-messages');
  if (!taken) return;
  const receipt = await deliver(parts, taken.rows, taken.policy, secret, now);
  const tries = attempts + 1;
  const again = receipt.status === 'retry' && tries < maxAttempts ? now + retryAfter(next, tries, receipt.after) : null;
  if (again === null && receipt.status !== 'sent')
    log.warn('a mail that asks for a confirmation was not sent', { detail: receipt.detail ?? receipt.status });
  await db.write(async (tx) => {
    await store.settleOptIn(tx, next, again);
    if (receipt.bounce === 'hard') {
      const address = (taken.rows[0] as OptInRow).address;
      const hash = customers.suppressionHash(permission.secret, 'email', address);
      await store.addSuppressions(tx, [{ channel: 'email', hash, reason: 'bounce', at: now, source: 'opt-in mail' }]);
    }
  }, 'settle-messages');
}

async function mayBeAsked(parts: Parts, tx: Transaction, rows: readonly OptInRow[], now: number): Promise<boolean> {
  const [first] = rows;
  if (!first || rows.every((row) => row.confirmedAt !== null || row.expiresAt <= now)) return false;
  return (await suppressionOf(parts, tx, first.address)) === undefined;
}

/** Where nobody has said who asks: as whom a published loop writes. Empty for the sender of the channel's configuration. */
function senderOf({ stations }: Parts): string {
  for (const version of stations.newest().toReversed())
    for (const { node } of version.stations.values()) {
      const { from } = node.settings as { from?: unknown };
      if (node.type.type === mailer && typeof from === 'string' && from !== '') return from;
    }
  return '';
}

async function deliver(
  parts: Parts,
  rows: readonly OptInRow[],
  policy: PermissionPolicy,
  secret: string,
  now: number,
): Promise<Receipt> {
  const [{ address, language, expiresAt, digest }] = rows as [OptInRow, ...OptInRow[]];
  const { transports, permission, limits, log } = parts;
  const link = publicLink(permission?.publicURL ?? '', 'opt-in', secret);
  const wording = wordingFor(policy, language === null ? [] : [language]);
  const purposes = rows.filter((row) => row.expiresAt > now).map(({ purpose }) => purpose);
  const body = optInMail(wording, { link, purposes, until: expiresAt, zone: limits.zone });
  try {
    const transport = await within(limits.handlerTimeout, `the way out of ${mailer}`, () => transports.open(mailer));
    return await within(4 * limits.handlerTimeout, mailer, (signal) =>
      transport.deliver(
        { key: `opt-in.${digest}`, attempt: 1, address, body },
        { settings: { from: policy.from || senderOf(parts) }, now, log, signal },
      ),
    );
  } catch (error) {
    return { status: 'retry', detail: describeError(error) };
  }
}
