import type { JsonObject } from '@osicam/engine/plugin';
import { channel, templateField, textTemplateField, traitField, z } from '@osicam/engine/plugin';
import { emailAddress, emailSender } from '../../address.ts';
import { render, templateProblems } from '../../template.ts';
import { costField } from '../consent.ts';
import { confirmMark, connect } from '../smtp.ts';

const link = /\blinks\.confirm\b/;

export const askConsent = channel({
  type: 'interact/ask-consent',
  stage: 'interact',
  title: 'Ask for consent',
  description:
    'Writes each customer an e-mail with a link by which they agree to be written to. Only the click counts; a loop waits ' +
    'for it by the event “Consent Confirmed”. Who has agreed or refused already is not asked.',
  settings: z.object({
    purpose: z
      .string()
      .min(1)
      .max(100)
      .default('marketing')
      .meta({ title: 'Purpose', description: 'What they are asked to agree to, as consents name it.' }),
    from: z.string().max(320).default('').meta({
      title: 'From',
      description: 'The sender, as Example Telecom <service@example.com>.',
      unset: 'that of the installation',
    }),
    to: traitField().default('email').meta({ title: 'To', description: 'The trait that holds the address.' }),
    subject: templateField()
      .default('May we write to you?')
      .meta({ title: 'Subject', description: 'One line, with the customer’s own data.' }),
    text: textTemplateField()
      .default(
        'Dear {{ customer.name | default: "customer" }},\n\nmay we keep you up to date by e-mail? If so, please confirm here:\n\n' +
          '{{ links.confirm }}\n\nIf not, do nothing.\n',
      )
      .meta({ title: 'Text', description: 'The mail as plain text, with {{ links.confirm }} where the link belongs.' }),
    html: textTemplateField().default('').meta({
      title: 'HTML',
      description: 'The same mail as HTML, for those who show it. May be left empty.',
    }),
    cost: costField(),
  }),
  delivery: 'at-most-once',
  concurrency: 20,
  via: 'interact/email',
  check: ({ from, subject, text, html }) => [
    ...(from === '' || emailSender(from)
      ? []
      : [{ path: ['from'], message: `expected a sender, as Example <service@example.com>, got "${from}"` }]),
    ...templateProblems([
      [['subject'], subject],
      [['text'], text],
      [['html'], html],
    ]),
    ...Object.entries({ text, html }).flatMap(([path, template]) =>
      template === '' || link.test(template)
        ? []
        : [{ path: [path], message: 'expected {{ links.confirm }}, the link by which the customer agrees' }],
    ),
  ],
  contact: ({ purpose }) => ({ channel: 'email', purpose, consent: 'asked' }),
  compose: ({ customer, settings, now, turn, loop, links }) => {
    const given = customer.traits[settings.to];
    if (given === undefined || given === null || given === '') return { suppressed: 'no address' };
    const address = emailAddress(String(given));
    if (!address) return { suppressed: 'invalid address' };
    const scope = { customer, now, turn, loop, links: { ...links, confirm: confirmMark } };
    const subject = render(settings.subject, scope).trim();
    // A trait with a line break could otherwise add headers, and with them recipients.
    if (/\p{Cc}/u.test(subject)) return { suppressed: 'a line break in the subject' };
    const body: JsonObject = { subject, text: render(settings.text, scope) };
    if (settings.html) body.html = render(settings.html, scope, 'html');
    return { address, body, cost: settings.cost };
  },
  connect,
});
