/**
 * What a mail about a mail says: a delivery status notification (RFC 3464), a feedback report (RFC 5965), or somebody's own
 * unsubscribing by mail (RFC 2369).
 */
export type MailReport =
  | { kind: 'bounce'; type: 'hard' | 'soft'; address: string | undefined; status: string; token: string | undefined }
  | { kind: 'complaint'; type: string; address: string | undefined; token: string | undefined }
  | { kind: 'unsubscribe'; token: string };

/** Why a mail is none of these, in words. */
export class ReportError extends Error {
  override name = 'ReportError';
}

const deepest = 20;

/** Reads one raw mail. A notification may report several recipients; one that was delivered, or only delayed, says nothing. */
export async function readReport(raw: Uint8Array): Promise<MailReport[]> {
  // Mails about mails are few, and what reads them is not small.
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(raw, {
    forceRfc822Attachments: true,
    attachmentEncoding: 'arraybuffer',
    maxNestingDepth: deepest,
  }).catch((error: unknown) => {
    throw new ReportError(`expected a mail as RFC 5322 describes it: ${String(error)}`);
  });
  const part = (pattern: RegExp): string | undefined => {
    const found = mail.attachments.find(({ mimeType }) => pattern.test(mimeType));
    return found && textOf(found.content);
  };
  const original = part(/^(message\/rfc822|text\/rfc822-headers|message\/global(-headers)?)$/i) ?? '';
  const token = tokenIn(original);
  const feedback = part(/^message\/feedback-report$/i);
  if (feedback !== undefined) return [complaintOf(feedback, original, token)];
  const status = part(/^message\/(global-)?delivery-status$/i);
  if (status !== undefined) return bouncesOf(status, token);
  const asked = /\bunsubscribe[ +]+(1\.[\w-]+\.[\w-]{32})(?![\w-])/i.exec(mail.subject ?? '')?.[1];
  if (asked !== undefined) return [{ kind: 'unsubscribe', token: asked }];
  throw new ReportError(
    'expected a delivery status notification (message/delivery-status), a feedback report (message/feedback-report), ' +
      `or a subject “unsubscribe <token>”, got ${mail.headers.find(({ key }) => key === 'content-type')?.value.split(';')[0] ?? 'a mail without a type'}`,
  );
}

function complaintOf(feedback: string, original: string, token: string | undefined): MailReport {
  const [fields = new Map<string, string>()] = fieldsOf(feedback);
  const type = fields.get('feedback-type')?.toLowerCase() ?? 'abuse';
  // Who marks as spam by mistake and takes it back does not complain.
  if (type === 'not-spam') throw new ReportError('expected a complaint, got a report that a mail is no spam');
  const named = addressIn(fields.get('original-rcpt-to'));
  const to = addressIn(fieldsOf(original)[0]?.get('to'));
  // Some providers black out the address; the token of the mail's own link still says who it was.
  return { kind: 'complaint', type, address: [named, to].find((each) => each && !/redacted/i.test(each)), token };
}

function bouncesOf(status: string, token: string | undefined): MailReport[] {
  // The first group is about the mail as a whole; each other one about a recipient.
  return fieldsOf(status)
    .slice(1)
    .flatMap((fields): MailReport[] => {
      const action = fields.get('action')?.toLowerCase();
      if (action !== undefined && action !== 'failed') return [];
      const code =
        /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('status') ?? '')?.[0] ??
        /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('diagnostic-code') ?? '')?.[0] ??
        '';
      const type = typeOf(code);
      const address = addressIn(fields.get('original-recipient')) ?? addressIn(fields.get('final-recipient'));
      return type === undefined ? [] : [{ kind: 'bounce', type, address, status: code, token }];
    });
}

/** What a status says of the address: nothing where the sender, the content or the network is to blame. */
function typeOf(code: string): 'hard' | 'soft' | undefined {
  const [kind, subject, detail] = code.split('.');
  if (kind === undefined || subject === undefined) return 'soft';
  if (kind === '5' && subject === '1') return ['4', '5', '7', '8'].includes(detail ?? '') ? undefined : 'hard';
  if (kind === '5' && subject === '2') return detail === '1' ? 'hard' : 'soft';
  // Given up after days of trying, or nothing known of why.
  if (kind === '4' || subject === '0' || subject === '4') return 'soft';
  return undefined;
}

/** Groups of header fields, parted by empty lines. Of a field that stands twice the first counts. */
function fieldsOf(text: string): Map<string, string>[] {
  return text
    .replaceAll('\r\n', '\n')
    .trim()
    .split(/\n[ \t]*\n/)
    .map((group) => {
      const fields = new Map<string, string>();
      for (const line of group.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
        const [, name, value] = /^([\w-]+):(.*)$/.exec(line) ?? [];
        if (name !== undefined && value !== undefined && !fields.has(name.toLowerCase()))
          fields.set(name.toLowerCase(), value.trim());
      }
      return fields;
    });
}

const addressIn = (field: string | undefined): string | undefined =>
  /[^\s<>;,:"']+@[^\s<>;,"']+/.exec(field?.replace(/^[\w-]+;/, '') ?? '')?.[0];

/** The token of our own unsubscribe link, among the headers of the mail that came back. */
function tokenIn(original: string): string | undefined {
  const headers =
    original
      .replaceAll('\r\n', '\n')
      .split('\n\n')[0]
      ?.replaceAll(/\n[ \t]+/g, '') ?? '';
  return /^list-unsubscribe:.*\/unsubscribe\/(1\.[\w-]+\.[\w-]{32})/im.exec(headers)?.[1];
}

const textOf = (content: string | ArrayBuffer | Uint8Array): string =>
  typeof content === 'string' ? content : new TextDecoder().decode(content);
