import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import type { Log, StoryMail } from '@osicam/engine/plugin';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

export type ReceivedMail = Omit<StoryMail, 'id' | 'at'> & { readonly messageId: string | undefined };

const LARGEST = 1_000_000;

/** A mail server on a free loopback port that accepts whatever it is given and delivers nothing: it tells of it. */
export async function openMailServer(
  receive: (mail: ReceivedMail) => void,
  log: Log,
): Promise<{ url: string; close: () => Promise<void> }> {
  async function take(stream: SMTPServerDataStream, { envelope }: SMTPServerSession): Promise<void> {
    const raw = await buffer(stream);
    if (stream.sizeExceeded) throw Object.assign(new Error('the mail is too large'), { responseCode: 552 });
    const { subject = '', from, text = '', html, messageId, headers } = await PostalMime.parse(raw);
    receive({
      to: envelope.rcptTo.map(({ address }) => address).join(', '),
      from: from?.name ? `${from.name} <${from.address}>` : (from?.address ?? ''),
      subject,
      text,
      html,
      messageId,
      headers: Object.fromEntries(headers.map(({ key, value }) => [key, value])),
    });
  }

  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    size: LARGEST,
    logger: false,
    // Whoever sends holds its connections open; nobody has to wait for them when the demo ends.
    closeTimeout: 200,
    onData: callbackify(take),
  });
  // A sender that hangs up is no matter of ours.
  server.on('error', (error: Error) => log.warn('the mail server', { error: error.message }));
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
