import type { AddressInfo } from 'node:net';
import { testNode } from '@osicam/engine/plugin/testing';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { askConsent } from './index.ts';

const customers = [{ traits: { name: 'Ann', email: 'ann@example.com' } }, { traits: {} }];
const links = { preferences: 'https://x.example/p', unsubscribe: 'https://x.example/u' };

test('the link by which a customer agrees is in the mail that leaves, and never in what is stored', async () => {
  const mails: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, _session, done) {
      let mail = '';
      stream.on('data', (chunk) => (mail += chunk));
      stream.on('end', () => {
        mails.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
  const tested = testNode(askConsent, {
    settings: { from: 'service@example.com', html: '<a href="{{ links.confirm }}">yes</a>' },
    customers,
    links: { ...links, confirm: 'https://x.example/opt-in/secret' },
    config: { url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}` },
  });
  onTestFinished(() => tested.close());
  expect(JSON.stringify(await tested.compose())).not.toContain('secret');
  expect((await tested.deliver())[1]?.status).toBe('sent');
  const mail = await PostalMime.parse(mails[0] as string);
  expect(mail.text).toContain('https://x.example/opt-in/secret');
  expect(mail.html).toContain('<a href="https://x.example/opt-in/secret">');
  // Who does not want to be asked either can say so.
  expect(mails[0]).toContain('List-Unsubscribe: <https://x.example/u>');
});

test('it asks by e-mail for its purpose, and says what it lacks', async () => {
  const settings = askConsent.settings.parse({ purpose: 'news' });
  expect(askConsent.contact?.(settings)).toEqual({ channel: 'email', purpose: 'news', consent: 'asked' });
  expect((await testNode(askConsent, { customers }).compose())[2]).toEqual({ suppressed: 'no address' });
  const wrong = { text: 'please agree', html: '<b>please</b>', from: 'nobody' };
  expect(testNode(askConsent, { settings: wrong }).problems.map(({ path }) => path[0])).toEqual([
    'from',
    'text',
    'html',
  ]);
});
