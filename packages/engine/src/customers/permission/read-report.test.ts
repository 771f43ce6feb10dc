import { expect, test } from 'vitest';
import { signLink } from './link-token.ts';
import { readReport, ReportError } from './read-report.ts';

const token = signLink('a secret', { customer: 7, channel: 'email', purpose: 'marketing', node: 3 });
const original = (to = 'ann@example.org') =>
  [
    'From: Example <news@example.com>',
    `To: ${to}`,
    'Subject: Spring',
    `List-Unsubscribe: <https://news.example.com/unsubscribe/${token}>,`,
    ' <mailto:leave@example.com?subject=unsubscribe>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'Message-ID: <abc@example.com>',
  ].join('\r\n');

const mail = (type: string, ...parts: string[]) =>
  new TextEncoder().encode(
    [
      'From: MAILER-DAEMON@mx.example.org (Mail Delivery System)',
      'To: bounces@example.com',
      'Subject: Undelivered Mail Returned to Sender',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=${type}; boundary="B1"`,
      '',
      'This is a MIME-encapsulated message.',
      '',
      ...parts.flatMap((part) => ['--B1', part, '']),
      '--B1--',
      '',
    ].join('\r\n'),
  );

const words =
  'Content-Type: text/plain; charset=us-ascii\r\n\r\nI am sorry to have to tell you that this did not work.';
const status = (...recipients: string[]) =>
  `Content-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n${['Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Sun, 22 Nov 2026 00:00:00 +0000', ...recipients].join('\r\n\r\n')}\r\n`;
const recipient = (address: string, code: string, action = 'failed') =>
  [
    `Final-Recipient: rfc822; ${address}`,
    `Original-Recipient: rfc822;${address}`,
    `Action: ${action}`,
    `Status: ${code}`,
    'Remote-MTA: dns; mx.example.org',
    'Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does',
    '    not exist. Please try double-checking.',
  ].join('\r\n');
const returned = `Content-Type: message/rfc822\r\n\r\n${original()}\r\n\r\nHello`;
const headersAlone = `Content-Type: text/rfc822-headers\r\n\r\n${original()}\r\n`;

test('a notification that an address does not exist is a hard bounce, with the token of the mail that came back', async () => {
  const report = [{ kind: 'bounce', type: 'hard', address: 'ann@example.org', status: '5.1.1', token }];
  const bounce = status(recipient('ann@example.org', '5.1.1'));
  expect(await readReport(mail('delivery-status', words, bounce, returned))).toEqual(report);
  expect(await readReport(mail('delivery-status', words, bounce, headersAlone))).toEqual(report);
});

test('of several recipients each has its own say, and who was delayed or reached has none', async () => {
  const groups = [
    recipient('full@example.org', '5.2.2'),
    recipient('old@example.org', '4.4.7'),
    recipient('later@example.org', '4.4.1', 'delayed'),
    recipient('there@example.org', '2.0.0', 'delivered'),
    recipient('gone@example.org', '5.2.1'),
    recipient('policy@example.org', '5.7.1'),
  ];
  const read = await readReport(mail('delivery-status', words, status(...groups)));
  expect(read.map((each) => 'address' in each && `${each.address} ${each.type}`)).toEqual([
    'full@example.org soft',
    'old@example.org soft',
    'gone@example.org hard',
  ]);
});

test('a feedback report is a complaint, by the address it names or the one that the mail was to', async () => {
  const feedback = (...fields: string[]) =>
    `Content-Type: message/feedback-report\r\n\r\n${['Feedback-Type: abuse', 'User-Agent: SomeGenerator/1.0', 'Version: 1', ...fields].join('\r\n')}\r\n`;
  const named = mail('feedback-report', words, feedback('Original-Rcpt-To: <ann@example.org>'), returned);
  expect(await readReport(named)).toEqual([{ kind: 'complaint', type: 'abuse', address: 'ann@example.org', token }]);
  const redacted = `Content-Type: message/rfc822\r\n\r\n${original('redacted@redacted.invalid')}\r\n\r\nHello`;
  expect(await readReport(mail('feedback-report', words, feedback(), redacted))).toEqual([
    { kind: 'complaint', type: 'abuse', address: undefined, token },
  ]);
});

test('who unsubscribes by a mail is known by its subject', async () => {
  const raw = new TextEncoder().encode(`From: ann@example.org\r\nSubject: unsubscribe ${token}\r\n\r\n`);
  expect(await readReport(raw)).toEqual([{ kind: 'unsubscribe', token }]);
});

test('anything else is refused with what was expected', async () => {
  const plain = new TextEncoder().encode(
    'From: ann@example.org\r\nSubject: Re: Spring\r\nContent-Type: text/plain\r\n\r\nHi',
  );
  await expect(readReport(plain)).rejects.toThrow('expected a delivery status notification');
  await expect(readReport(plain)).rejects.toThrow(ReportError);
  await expect(readReport(new Uint8Array())).rejects.toThrow(ReportError);
  const nested = 'Content-Type: multipart/mixed; boundary="B1"\r\n\r\n--B1\r\n'.repeat(400);
  await expect(readReport(new TextEncoder().encode(nested))).rejects.toThrow(ReportError);
});
