import type { JsonObject } from '@osicam/engine/plugin';
import { channel, templateField, textTemplateField, traitField, z } from '@osicam/engine/plugin';
import { emailAddress, emailSender } from '../../address.ts';
import { render, templateProblems } from '../../template.ts';
import { consentFields, contactBy, costField } from '../consent.ts';
import { connect } from '../smtp.ts';

export const email = channel({
  type: 'interact/email',
  stage: 'interact',
  title: 'E-mail',
  description:
    'Writes each customer an e-mail. Nobody gets the same one twice, not even when the engine is stopped in the middle.',
  settings: z.object({
    from: z.string().max(320).default('').meta({
      title: 'From',
      description: 'The sender, as Example Telecom <service@example.com>.',
      unset: 'that of the installation',
    }),
    to: traitField().default('email').meta({ title: 'To', description: 'The trait that holds the address.' }),
    subject: templateField()
      .default('Hello {{ customer.name }}')
      .meta({ title: 'Subject', description: 'One line, with the customer’s own data.' }),
    text: textTemplateField().default('Dear {{ customer.name | default: "customer" }},\n\n').meta({
      title: 'Text',
      description:
        'The mail as plain text. {{ links.unsubscribe }} and {{ links.preferences }} lead to the pages for that.',
    }),
    html: textTemplateField()
      .default('')
      .meta({ title: 'HTML', description: 'The same mail as HTML, for those who show it. May be left empty.' }),
    ...consentFields('given'),
    cost: costField(),
  }),
  delivery: 'at-most-once',
  concurrency: 20,
  check: ({ from, subject, text, html }) => [
    ...(from === '' || emailSender(from)
      ? []
      : [{ path: ['from'], message: `expected a sender, as Example <service@example.com>, got "${from}"` }]),
    ...templateProblems([
      [['subject'], subject],
      [['text'], text],
      [['html'], html],
    ]),
  ],
  contact: contactBy('email'),
  compose: ({ customer, settings, now, turn, loop, links }) => {
    const given = customer.traits[settings.to];
    if (given === undefined || given === null || given === '') return { suppressed: 'no address' };
    const address = emailAddress(String(given));
    if (!address) return { suppressed: 'invalid address' };
    const scope = { customer, now, turn, loop, links };
    const subject = render(settings.subject, scope).trim();
    // A trait with a line break could otherwise add headers, and with them recipients.
    if (/\p{Cc}/u.test(subject)) return { suppressed: 'a line break in the subject' };
    const body: JsonObject = { subject, text: render(settings.text, scope) };
    if (settings.html) body.html = render(settings.html, scope, 'html');
    return { address, body, cost: settings.cost };
  },
  connect,
});
