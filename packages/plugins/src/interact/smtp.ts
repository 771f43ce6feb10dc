import { createHash } from 'node:crypto';
import type { ConnectContext, Receipt, Transport } from '@osicam/engine/plugin';
import { z } from '@osicam/engine/plugin';
import { createTransport } from 'nodemailer';
import { emailAddress, emailSender } from '../address.ts';
import { bounceOf } from './bounce.ts';

const configuration = z.strictObject({
  /** As smtp://user:password@mail.example.com:587, or smtps:// for TLS from the first byte. */
  url: z.string().regex(/^smtps?:\/\//, 'expected smtp://host:port or smtps://host:port'),
  from: z.string().optional(),
  /** A mailbox for those who unsubscribe by a mail; what comes there is handed on to /api/permission/reports. */
  unsubscribe: z
    .string()
    .refine((text) => emailAddress(text) !== undefined, 'expected an e-mail address, as unsubscribe@example.com')
    .optional(),
  connections: z.number().int().min(1).max(100).default(5),
  /** Milliseconds without a word from the server. */
  timeout: z.number().int().positive().default(60_000),
});

interface SmtpError extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
}

/** Refusals of this message by this server. Of the session (greeting, log-in) they say nothing about the message. */
const aboutTheMessage = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

/**
 * What an error means for a message that must not go out twice. A refusal is certain: nothing was taken. Without one, all
 * depends on whether the end of the message may have reached the server: before it, the server must not deliver; after it,
 * nobody can tell.
 */
export function receiptOf(error: SmtpError, handedOver: boolean): Receipt {
  const detail = error.message;
  const refusal = error.responseCode ?? 0;
  const atRecipient = error.command === 'RCPT TO';
  const bounce =
    refusal >= 400 && (handedOver || aboutTheMessage.has(error.command ?? ''))
      ? bounceOf({ code: refusal, text: error.response ?? detail, atRecipient })
      : undefined;
  const said = { detail, ...(bounce ? { bounce } : {}) };
  if (refusal >= 500 && (handedOver || aboutTheMessage.has(error.command ?? ''))) return { status: 'failed', ...said };
  if (refusal >= 400 || !handedOver) return { status: 'retry', ...said };
  return { status: 'unknown', detail };
}

/**
 * Stands in a text where the link belongs by which a consent is given: the link is made for each attempt and is not stored
 * with the message. Of the private use area, which no keyboard has.
 */
export const confirmMark = '\uE0C0confirm\uE0C1';

/** RFC 2369 and RFC 8058: a mail program offers its reader to unsubscribe, and does so by itself with one POST. */
function unsubscribeHeaders(link: string, mailbox: string | undefined): Record<string, string> {
  const token = link.slice(link.lastIndexOf('/') + 1);
  const byMail =
    mailbox === undefined ? '' : `, <mailto:${mailbox}?subject=${encodeURIComponent(`unsubscribe ${token}`)}>`;
  return { 'List-Unsubscribe': `<${link}>${byMail}`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

export function connect({ config }: ConnectContext): Transport<{ from: string }> {
  const parsed = configuration.safeParse(config);
  if (!parsed.success)
    throw new Error(
      `interact/email: expected a configuration as { "url": "smtp://mail.example.com:587" }: ${z.prettifyError(parsed.error)}`,
    );
  const { url, from: installed = '', unsubscribe: mailbox, connections, timeout } = parsed.data;
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    maxMessages: 1000,
    // The engine decides what is sent again, and when.
    maxRequeues: 0,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const handedOver = new Set<string>();
  transport.use('stream', ({ message, data }, done) => {
    const key = String(data.messageId);
    message.processFunc((stream) => {
      stream.once('end', () => handedOver.add(key));
      return stream;
    });
    done();
  });

  const { host } = new URL(url);
  return {
    // One more would wait within the pool, where nobody can tell it from one that is being sent.
    concurrency: connections,
    async verify() {
      await transport.verify().catch((error: Error) => {
        throw new Error(`expected an SMTP server that takes mail at ${host}, got: ${error.message}`, { cause: error });
      });
    },
    async deliver({ key, address, body, links = {} }, { settings, now }) {
      const from = emailSender(settings.from || installed);
      if (!from)
        return { status: 'failed', detail: 'expected a sender in the settings or in the configuration, got none' };
      const id = createHash('sha256').update(key).digest('hex').slice(0, 32);
      const messageId = `<${id}@${from.address.split('@')[1]}>`;
      const say = (text: unknown) => String(text).replaceAll(confirmMark, links.confirm ?? '');
      try {
        const sent = await transport.sendMail({
          messageId,
          date: new Date(now),
          from,
          to: { name: '', address },
          envelope: { from: from.address, to: [address] },
          subject: String(body.subject),
          text: say(body.text),
          ...(body.html ? { html: say(body.html) } : {}),
          ...(links.unsubscribe === undefined ? {} : { headers: unsubscribeHeaders(links.unsubscribe, mailbox) }),
        });
        return { status: 'sent', detail: sent.response };
      } catch (error) {
        return receiptOf(error as SmtpError, handedOver.has(messageId));
      } finally {
        handedOver.delete(messageId);
      }
    },
    close: () => transport.close(),
  };
}
