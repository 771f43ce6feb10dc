import { permissionPolicySchema } from '../../plugin/permission-policy.ts';
import type { AnyNodeType } from '../../plugin/index.ts';
import { channel, wait, z } from '../../plugin/index.ts';
import { postOffice } from '../test-post.ts';
import type { Answer } from '../test-post.ts';

export const publicURL = 'https://news.example.com';
export const secret = 'a secret of this installation, 32 characters or more';

let made = 0;
const newSecret = () => `secret-${++made}`.padStart(32, 'x');

/** What the installation's own mailer was handed. */
export interface Mailed {
  address: string;
  body: { subject: string; text: string; html: string };
}

/** The channel that opt-in mails go by. */
export const mailer = channel({
  type: 'interact/email',
  stage: 'interact',
  title: 'E-mail',
  description: 'For tests.',
  settings: z.object({ from: z.string().default('') }),
  delivery: 'at-most-once',
  compose: () => ({ suppressed: 'never' }),
  connect: () => ({ deliver: async () => ({ status: 'sent' }) }),
});

export const untilConfirmed = wait({
  type: 't/confirmed',
  stage: 'collect',
  title: 'Confirmed',
  description: 'For tests.',
  settings: z.object({}),
  ports: [{ id: 'yes' }, { id: 'no' }],
  wait: ({ now }) => ({
    until: { at: now + 14 * 86_400_000, port: 'no' },
    events: [{ type: 'Consent Confirmed', port: 'yes' }],
  }),
});

/** A post office that people can unsubscribe from, with a mailer for double opt-ins. */
export async function permissionOffice(
  policy: object = {},
  answers: Readonly<Record<string, Answer>> = {},
  publicAddress: string | null = publicURL,
  nodes: readonly AnyNodeType[] = [],
) {
  const mails: Mailed[] = [];
  const office = await postOffice(
    {
      ...answers,
      'interact/email': async (message, mailSettings) => {
        mails.push({ address: message.address, body: message.body as unknown as Mailed['body'] });
        return answers['interact/email']?.(message, mailSettings) ?? { status: 'sent' };
      },
    },
    {
      permission: { secret, newSecret, ...(publicAddress === null ? {} : { publicURL: publicAddress }) },
      nodes: [mailer, untilConfirmed, ...nodes],
    },
  );
  const { db, engine, book } = office;
  const desk = engine.permission;
  await desk.savePolicy(JSON.stringify(permissionPolicySchema.parse(policy)), 'admin');
  const consents = () =>
    db.read((tx) =>
      tx.all<{ customer: number; purpose: string; granted: number; source: string; proof: string | null }>(
        'SELECT customer, channel, purpose, granted, source, proof, text_version AS "textVersion" FROM consent ORDER BY at, customer, purpose, channel',
      ),
    );
  const events = () =>
    db.read((tx) =>
      tx.all<{ customer: number; type: string; properties: string }>(
        `SELECT customer, type, ${tx.dialect.json('properties')} AS properties FROM event ORDER BY id`,
      ),
    );
  const tokenIn = (link: string | undefined) => (link ?? '').slice((link ?? '').lastIndexOf('/') + 1);
  /** The token of the link in the last message. */
  const lastToken = () => tokenIn(book.findLast(({ links }) => links?.unsubscribe)?.links?.unsubscribe);
  /** The secret of the link in the last mail of the mailer. */
  const lastSecret = () => /\/opt-in\/([\w-]+)/.exec(mails.at(-1)?.body.text ?? '')?.[1] ?? '';
  const told = async () => (await office.ledger()).map(({ status, reason }) => reason ?? status);
  return { ...office, desk, mails, consents, events, tokenIn, lastToken, lastSecret, told };
}
