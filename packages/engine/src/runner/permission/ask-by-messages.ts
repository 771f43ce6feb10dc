import type { PermissionPolicy } from '../../plugin/permission-policy.ts';
import { parseDuration } from '../../rule/index.ts';
import type { OptInRow, QueuedMessage, Transaction } from '../../store/index.ts';
import type { Candidate, Verdict } from '../contact-policy.ts';
import { messageKey } from '../deliver-message.ts';
import type { Parts } from '../parts.ts';
import { refOf } from '../settle-messages.ts';
import type { Station } from '../station.ts';
import { publicLink } from './links.ts';
import { newOptInSecret } from './opt-in-secret.ts';

type Asking = Candidate & { station: Station; message: QueuedMessage | undefined };

/** Withholds what asks for a consent where nobody could answer, and from an address that has been asked often enough. */
export async function mayAsk<C extends Asking>(
  parts: Parts,
  tx: Transaction,
  { optIn }: PermissionPolicy,
  verdicts: readonly Verdict<C>[],
  now: number,
): Promise<Verdict<C>[]> {
  const asks = ({ verdict, message }: Verdict<C>) => verdict === 'send' && message.contact?.consent === 'asked';
  const asking = verdicts.filter(asks);
  if (asking.length === 0) return [...verdicts];
  const mails = await parts.store.countOptInMails(
    tx,
    asking.map(({ message }) => message.address),
    now - parseDuration(optIn.within),
  );
  return verdicts.map((each): Verdict<C> => {
    if (!asks(each)) return each;
    const { message } = each;
    const withhold = (reason: 'consent' | 'cap', detail: string): Verdict<C> => ({
      message,
      verdict: 'suppress',
      reason,
      detail,
    });
    if (parts.permission?.publicURL === undefined)
      return withhold('consent', 'nobody could answer: the installation has no public address (publicURL)');
    // Another attempt of the same mail is not one more.
    if ((message.message?.attempts ?? 0) > 0) return each;
    const before = mails.get(message.address) ?? 0;
    if (before >= optIn.mails) return withhold('cap', `asked ${optIn.mails} times within ${optIn.within}`);
    mails.set(message.address, before + 1);
    return each;
  });
}

/**
 * Opens a double opt-in for each message that asks for a consent, in the transaction that marks it as on its way. Gives the
 * links by which they are confirmed: each attempt has one of its own, and only the last one works.
 */
export async function askByMessages(
  parts: Parts,
  tx: Transaction,
  { optIn }: PermissionPolicy,
  messages: readonly (Asking & { message: QueuedMessage })[],
  now: number,
): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  const asking = messages.filter(({ contact }) => contact?.consent === 'asked');
  const { permission } = parts;
  if (asking.length === 0 || permission?.publicURL === undefined) return links;
  const { publicURL } = permission;
  const purposes = [...new Set(asking.map(({ contact }) => contact?.purpose ?? ''))];
  const texts = new Map((await parts.store.currentTexts(tx, purposes)).map((text) => [text.purpose, text.version]));
  const pending = await parts.store.pendingOptIns(
    tx,
    asking.filter(({ message }) => message.attempts > 0).map(({ customer }) => customer),
    now,
  );
  const rows: OptInRow[] = [];
  for (const { message, contact, station } of asking) {
    const { channel = '', purpose = '' } = contact ?? {};
    const { secret, digest } = newOptInSecret(permission);
    links.set(refOf(message), publicLink(publicURL, 'opt-in', secret));
    const key = messageKey(station, message);
    const proof = JSON.stringify({ message: key });
    const before = pending.find((row) => row.customer === message.customer && row.proof === proof);
    if (before) {
      const { digest: old, attempts } = before;
      await parts.store.replaceOptIn(tx, { digest: old, attempts, next: digest });
      continue;
    }
    rows.push({
      digest,
      channel,
      purpose,
      customer: message.customer,
      address: message.address,
      textVersion: texts.get(purpose) ?? null,
      source: `${station.version.loop.id}/${station.node.id}`,
      proof,
      language: null,
      askedAt: now,
      expiresAt: now + parseDuration(optIn.expires),
      due: null,
      attempts: 1,
      confirmedAt: null,
    });
  }
  await parts.store.insertOptIns(tx, rows);
  await parts.store.markTextsUsed(
    tx,
    [...texts].map(([purpose, version]) => ({ purpose, version })),
    now,
  );
  return links;
}
