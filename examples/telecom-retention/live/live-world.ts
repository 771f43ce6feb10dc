import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { LiveContext, LiveWorld } from '@osicam/engine/plugin';
import type { TelecomBase } from '../generate.ts';
import type { TurnContact } from '../ledger.ts';
import { createOutside, variantOf } from '../outside.ts';
import type { Receipt } from '../world.ts';
import { postAnswers } from './answers.ts';
import { openBillingServer } from './billing-server.ts';
import { CallCentre } from './call-centre.ts';
import { ContactJournal } from './contact-journal.ts';
import { openMailServer } from './mail-server.ts';
import { Mailbox } from './mailbox.ts';

/** As the loop's webhook calls billing, and its call list is named. */
const BILLING_HOST = 'billing.aurelia-telecom.example:80';
const CALL_LIST = 'retention-calls.csv';

/**
 * The outside over the wire: mails come by SMTP, renewals by HTTP, calls by the list that the call centre reads, and
 * customers answer by the ingestion API when their time has come. Everything is on loopback ports that were free.
 */
export async function openLiveWorld(base: TelecomBase, context: LiveContext): Promise<LiveWorld> {
  const { baseURL, writeKey, outFolder, log } = context;
  const now = () => context.now();
  const outside = createOutside(base);
  const journal = new ContactJournal(join(outFolder, 'contacts.jsonl'));
  const mailbox = new Mailbox();
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = (milliseconds: number) => setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);

  // What lies in the future was left by a run whose database is gone.
  for (const contact of journal.read()) if (contact.at <= now()) outside.receive(contact);
  const receive = (contact: TurnContact): Receipt => {
    const receipt = outside.receive(contact);
    if (receipt === 'taken') journal.add(contact);
    return receipt;
  };

  const mailServer = await openMailServer(({ messageId, ...mail }) => {
    const { id } = mailbox.add({ ...mail, at: now() });
    const variant = variantOf(mail.text);
    receive({ id: messageId ?? `mail:${id}`, channel: 'email', address: mail.to, variant, at: now() });
  }, log);
  const billing = await openBillingServer(({ key, account, turn }) =>
    receive({ id: key, channel: 'webhook', address: '', customerKey: account, turn, at: now() }),
  );
  const callCentre = new CallCentre(join(outFolder, CALL_LIST), ({ key, phone, created }) => {
    const at = Date.parse(created);
    if (at <= now()) receive({ id: key, channel: 'call', address: phone, at });
  });
  const working = Promise.all([
    callCentre.work(signal, log, pause),
    postAnswers({ baseURL, writeKey, log, take: () => outside.take(now()) }, signal, pause),
  ]);

  return {
    channels: {
      'interact/email': { url: mailServer.url },
      'interact/webhook': { connectTo: { [BILLING_HOST]: billing.host } },
      // Named so that they write their files instead of ending in the local sink.
      'interact/call-list': {},
      'aliment/export': {},
    },
    mails: (query) => mailbox.list(query),
    mail: (id) => mailbox.get(id),
    truth: (turn) => outside.truth(turn),
    async close() {
      stopping.abort();
      await Promise.all([working, mailServer.close(), billing.close()]);
    },
  };
}
