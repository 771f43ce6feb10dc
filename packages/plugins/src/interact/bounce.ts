import type { Receipt } from '@osicam/engine/plugin';

/** What a mail server says when it blames the sender, the content or its own rules, and not the address. */
const notTheAddress =
  /relay|spam|block|black ?list|deny list|policy|reputation|authenticat|spf|dkim|dmarc|rate|too many|greylist|tls|sender/i;

/**
 * What the refusal of a recipient says of the address, by its enhanced status code (RFC 3463) where there is one. A server
 * that refuses us, our content or the moment says nothing of the address: whoever took that for a bounce would stop writing
 * to everybody when its own server is set up wrong.
 */
export function bounceOf(refusal: { code: number; text: string; atRecipient: boolean }): Receipt['bounce'] {
  const { code, text, atRecipient } = refusal;
  const [, kind, subject, detail] = /\b([245])\.(\d{1,3})\.(\d{1,3})\b/.exec(text) ?? [];
  if (kind !== undefined) {
    const status = `${subject}.${detail}`;
    // The sender's own address (1.7, 1.8), and a destination that is ambiguous (1.4) or of another protocol.
    if (kind === '5' && subject === '1' && !['1.4', '1.5', '1.7', '1.8'].includes(status)) return 'hard';
    if (kind === '5' && status === '2.1') return 'hard';
    if (status === '2.2' || (kind === '4' && (subject === '1' || subject === '2'))) return 'soft';
    return undefined;
  }
  if (!atRecipient || notTheAddress.test(text)) return undefined;
  if (code === 550 || code === 551 || code === 553) return 'hard';
  return code === 552 || code === 450 || code === 452 ? 'soft' : undefined;
}
