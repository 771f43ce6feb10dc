import type { LiveWorld, StoryMail } from '../plugin/index.ts';
import type { InboxPort } from '../server/index.ts';

const previewLength = 140;

const preview = ({ text }: StoryMail) => text.replace(/\s+/g, ' ').slice(0, previewLength);

/** The mailbox of a story's own mail server, as the editor's inbox shows it. */
export function inboxOf(world: Pick<LiveWorld, 'mails' | 'mail'>): InboxPort {
  return {
    list: async (query) => {
      const { mails, total } = world.mails(query);
      const rows = mails.map((mail) => {
        const { id, to, from, subject, at } = mail;
        return { id, to, from, subject, at, preview: preview(mail) };
      });
      return { total, mails: rows };
    },
    get: async (id) => {
      const mail = world.mail(id);
      return mail && { ...mail, html: mail.html ?? null, headers: { ...mail.headers }, preview: preview(mail) };
    },
  };
}
