import { z } from '@hono/zod-openapi';
import { instant } from './instant.ts';

const mailRowShape = z.object({
  id: z.string(),
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  at: instant,
  preview: z.string(),
});

export const mailPageShape = z.object({ mails: z.array(mailRowShape), total: z.int() }).openapi('MailPage');
export type MailPage = z.output<typeof mailPageShape>;

export const mailShape = mailRowShape
  .extend({ text: z.string(), html: z.string().nullable(), headers: z.record(z.string(), z.string()) })
  .openapi('Mail');
export type Mail = z.output<typeof mailShape>;
