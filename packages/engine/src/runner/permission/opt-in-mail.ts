import type { JsonObject } from '../../plugin/index.ts';
import type { Wording } from '../../plugin/permission-texts.ts';

/** The mail that asks somebody to confirm: what for, by which link, until when. */
export function optInMail(
  wording: Wording,
  { link, purposes, until, zone }: { link: string; purposes: readonly string[]; until: number; zone: string },
): JsonObject {
  const named = purposes.map((purpose) => wording.purpose(purpose));
  const values = {
    link,
    purposes: named.map(({ label }) => label).join(', '),
    list: named.map(({ label, description }) => `- ${label}${description ? `: ${description}` : ''}`).join('\n'),
    until: new Intl.DateTimeFormat(wording.language, { dateStyle: 'long', timeStyle: 'short', timeZone: zone }).format(
      until,
    ),
    imprint: wording.imprint,
  };
  const before = escape(wording.say('optin.mail.before', values));
  const after = escape(wording.say('optin.mail.after', values));
  const items = named
    .map(
      ({ label, description }) => `<li><b>${escape(label)}</b>${description ? `<br>${escape(description)}` : ''}</li>`,
    )
    .join('');
  const html =
    `<!doctype html><html lang="${wording.language}" dir="${wording.direction}"><body style="margin:0;padding:24px;` +
    'font:16px/1.5 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;color:#1f2933;background:#ffffff">' +
    `<div style="max-width:560px;margin:0 auto"><p>${before}</p><ul>${items}</ul>` +
    `<p style="margin:28px 0"><a href="${escape(link)}" style="background:#0b6a62;color:#ffffff;padding:12px 22px;` +
    `border-radius:6px;text-decoration:none;font-weight:600;display:inline-block">${escape(wording.say('optin.mail.button'))}</a></p>` +
    `<p style="color:#52606d;font-size:14px">${after}</p>` +
    `<p style="color:#52606d;font-size:13px;white-space:pre-line">${escape(values.imprint)}</p></div></body></html>`;
  return {
    // A label with a line break could otherwise add headers.
    subject: wording.say('optin.mail.subject', values).replaceAll(/\s+/g, ' ').slice(0, 250),
    text: wording.say('optin.mail.text', values).trimEnd(),
    html,
  };
}

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
