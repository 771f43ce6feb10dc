import { createHash } from 'node:crypto';
import type { ConnectContext, Receipt, Transport } from '@osicam/engine/plugin';
import { z } from '@osicam/engine/plugin';
import { createTransport } from 'nodemailer';
import { emailSender } from '../../address.ts';

const configuration = z.strictObject({
  /** As smtp://user:password@mail.example.com:587, or smtps:// for TLS from the first byte. */
  url: z.string().regex(/^smtps?:\/\//, 'expected smtp://host:port or smtps://host:port'),
  from: z.string().optional(),
  connections: z.number().int().min(1).max(100).default(5),
  /** Milliseconds without a word from the server. */
  timeout: z.number().int().positive().default(60_000),
});

interface SmtpError extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
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
  if (refusal >= 500 && (handedOver || aboutTheMessage.has(error.command ?? ''))) return { status: 'failed', detail };
  if (refusal >= 400 || !handedOver) return { status: 'retry', detail };
  return { status: 'unknown', detail };
}

export function connect({ config }: ConnectContext): Transport<{ from: string }> {
  const parsed = configuration.safeParse(config);
  if (!parsed.success)
    throw new Error(
      `interact/email: expected a configuration as { "url": "smtp://mail.example.com:587" }: ${z.prettifyError(parsed.error)}`,
    );
  const { url, from: installed = '', connections, timeout } = parsed.data;
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
    async deliver({ key, address, body }, { settings, now }) {
      const from = emailSender(settings.from || installed);
      if (!from)
        return { status: 'failed', detail: 'expected a sender in the settings or in the configuration, got none' };
      const id = createHash('sha256').update(key).digest('hex').slice(0, 32);
      const messageId = `<${id}@${from.address.split('@')[1]}>`;
      try {
        const sent = await transport.sendMail({
          messageId,
          date: new Date(now),
          from,
          to: { name: '', address },
          envelope: { from: from.address, to: [address] },
          subject: String(body.subject),
          text: String(body.text),
          ...(body.html ? { html: String(body.html) } : {}),
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
