import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { AxeResults } from 'axe-core';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepPicture, openBrowser } from './browser.ts';
import type { Installation } from './installation.ts';
import { startInstallation } from './installation.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const policy = {
  organisation: 'Example Telecom',
  imprint: 'Example Telecom Ltd · 1 Long Street · 10115 Berlin · privacy@example.com',
  from: 'Example Telecom <news@example.com>',
  purposes: [
    {
      id: 'news',
      label: 'Newsletter',
      description: 'What is new, at most once a week.',
      channels: ['email', 'sms'],
      doubleOptIn: true,
    },
    {
      id: 'offers',
      label:
        'Offers of our partners for fibre, television and mobile telephony in your neighbourhood, by name and by price',
      doubleOptIn: true,
    },
    {
      id: 'surveys',
      label: 'Surveys',
      basis: 'legitimateInterest',
      description: 'Two questions after we have helped you.',
    },
    {
      id: 'bills',
      label: 'Bills and faults',
      basis: 'contract',
      description: 'What you need to know about your line.',
    },
  ],
  forms: [
    {
      id: 'news',
      title: 'Stay up to date',
      text: 'We write rarely, and only what you choose.',
      purposes: ['news', 'offers'],
    },
  ],
  texts: {
    ar: {
      'preferences.title': 'ما الذي تتلقاه',
      'preferences.intro': 'اختر ما يجوز لـ {organisation} إرساله إليك. يسري ذلك من الرسالة التالية.',
      'preferences.save': 'حفظ',
      'preferences.none': 'لا أريد تلقي أي شيء',
      'preferences.none.help': 'يوقف كل ما سبق بنقرة واحدة.',
      'preferences.required': 'جزء من عقدك: يُرسل دائماً.',
      'purpose.news': 'النشرة الإخبارية',
      'purpose.news.description': 'الجديد، مرة واحدة في الأسبوع على الأكثر.',
      'purpose.surveys': 'استطلاعات',
      'purpose.bills': 'الفواتير والأعطال',
      'channel.email': 'البريد الإلكتروني',
      'channel.sms': 'رسالة قصيرة',
    },
  },
};

const loop = {
  format: 'osicam/loop@1',
  id: 'spring',
  name: 'Spring',
  nodes: [
    { id: 'in', type: 'collect/call', data: { label: 'In', settings: {} } },
    {
      id: 'mail',
      type: 'interact/email',
      data: {
        label: 'Mail',
        settings: {
          from: 'Example Telecom <news@example.com>',
          purpose: 'news',
          consent: 'given',
          text: 'Hello {{ customer.name }}, {{ links.preferences }} and {{ links.unsubscribe }}',
        },
      },
    },
    { id: 'end', type: 'flow/end', data: { label: 'End', settings: {} } },
  ].map((node, i) => ({ ...node, position: { x: i * 240, y: 0 } })),
  edges: [
    ['in', 'entered', 'mail'],
    ['mail', 'sent', 'end'],
    ['mail', 'failed', 'end'],
    ['mail', 'suppressed', 'end'],
  ].map(([source, sourceHandle, target], i) => ({ id: `e${i}`, source, sourceHandle, target })),
};

let installation: Installation;
let smtp: SMTPServer;
const mails: { to: string; raw: string }[] = [];

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 10,
    onRcptTo: ({ address }, _session, done) =>
      done(
        address.startsWith('gone')
          ? Object.assign(new Error('5.1.1 No such user here'), { responseCode: 550 })
          : undefined,
      ),
    onData(stream, { envelope }, done) {
      let raw = '';
      stream.on('data', (part: Buffer) => {
        raw += part.toString();
      });
      stream.once('end', () => {
        mails.push({ to: envelope.rcptTo[0]?.address ?? '', raw });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const { port } = smtp.server.address() as AddressInfo;
  installation = await startInstallation({
    args: ['--deliver', `interact/email=smtp://127.0.0.1:${port}`],
    isPublic: true,
  });
}, 60_000);

afterAll(async () => {
  await installation?.stop();
  await new Promise<void>((resolve) => smtp?.close(() => resolve()));
});

/** The mails that an address has been sent, once there are so many; their lines unfolded. */
async function mailsTo(address: string, count: number): Promise<string[]> {
  for (;;) {
    const found = mails.filter(({ to }) => to === address);
    if (found.length >= count)
      return found.map(({ raw }) =>
        raw
          .replaceAll(/=\r\n/g, '')
          .replaceAll('=3D', '=')
          .replaceAll(/\r\n[ \t]/g, ' '),
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('from the sign-up form to the last unsubscribing, with a real mail server and a real browser', async () => {
  const office = await openBrowser();
  const visitor = await openBrowser();
  const { page } = visitor;
  const faults: Record<string, string[]> = {};
  /** What WCAG 2 finds on the page as it stands, in both colour schemes; and a picture for whoever wants to look. */
  const look = async (name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe);
      const results = (await page.evaluate(`axe.run({ runOnly: ['wcag2a', 'wcag2aa'] })`)) as AxeResults;
      faults[`${name}, ${colorScheme}`] = results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      await keepPicture(page, `permission-${name}-${colorScheme}`);
    }
    const overflows = await page.evaluate(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    faults[`${name}, width`] = overflows ? ['wider than the window'] : [];
  };
  try {
    await office.page.goto(installation.signIn);
    const api = (method: string, path: string, body?: unknown) =>
      office.page.evaluate(
        async ([how, where, json]) => {
          const headers = { 'content-type': 'application/json' };
          const answer = await fetch(where, { method: how, headers, ...(json === '' ? {} : { body: json }) });
          const text = await answer.text();
          return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
        },
        [method, path, body === undefined ? '' : JSON.stringify(body)] as const,
      );
    expect(await api('PUT', '/api/permission/policy', policy)).toMatchObject({ status: 200 });
    const text = 'I want the newsletter of Example Telecom by e-mail.\nI can take this back at any time.';
    expect(
      await api('POST', '/api/permission/texts', { purpose: 'news', version: '2026-11', content: text }),
    ).toMatchObject({
      status: 204,
    });
    expect(await api('POST', '/api/loops', { id: loop.id, name: loop.name, document: loop })).toMatchObject({
      status: 201,
    });
    expect(await api('POST', '/api/loops/spring/publish', { revision: 1 })).toMatchObject({ status: 200 });

    // The form, by keyboard alone.
    await page.setViewportSize({ width: 480, height: 900 });
    await page.goto(`${installation.address}/subscribe/news`);
    await look('subscribe');
    await page.getByLabel('Your e-mail address').fill('ann@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.getByText('Look into your mailbox').waitFor();
    await look('subscribed');

    const [asking = ''] = await mailsTo('ann@example.com', 1);
    expect(asking).toContain('Please confirm');
    const confirm = /http:\/\/127\.0\.0\.1:\d+\/opt-in\/[\w-]{32}/.exec(asking)?.[0] ?? '';
    // A mail scanner follows the link first, and is not taken for its reader.
    expect((await fetch(confirm)).status).toBe(200);
    await page.goto(confirm);
    await look('opt-in');
    const enter = (name: string, consents: object[] = []) =>
      api('POST', '/api/loops/spring/enter', {
        parties: [
          {
            identities: [{ kind: 'email', value: `${name}@example.com` }],
            traits: { name, email: `${name}@example.com` },
            consents,
          },
        ],
      });
    // She is nobody's customer yet. Whoever names her makes her one, and nothing goes out for it.
    expect(await enter('ann')).toMatchObject({ status: 200 });
    await page.getByRole('button', { name: 'Yes, I agree' }).click();
    await page.getByText('Thank you').waitFor();
    await look('confirmed');

    expect(await enter('ann')).toMatchObject({ status: 200 });
    const [, mail = ''] = await mailsTo('ann@example.com', 2);
    expect(mail).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    const header = /^List-Unsubscribe: <(http[^>]+)>/m.exec(mail)?.[1] ?? '';
    expect(header).toMatch(/\/unsubscribe\/1\./);
    const preferences = /http:\/\/\S+\/preferences\/\S+/.exec(mail)?.[0] ?? '';

    await page.setViewportSize({ width: 1000, height: 900 });
    await page.goto(preferences);
    await look('preferences');
    await page.goto(`${preferences}?lang=ar`);
    expect(await page.evaluate('document.documentElement.dir')).toBe('rtl');
    await look('preferences-ar');
    await page.setViewportSize({ width: 320, height: 700 });
    await look('preferences-narrow');
    await page.setViewportSize({ width: 1000, height: 900 });
    await page.goto(preferences);
    await page.getByRole('group', { name: 'Newsletter' }).getByLabel('SMS').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Your choice is saved.').waitFor();
    expect(await page.getByRole('group', { name: 'Newsletter' }).getByLabel('SMS').isChecked()).toBe(true);
    expect(await page.getByRole('group', { name: 'Newsletter' }).getByLabel('e-mail').isChecked()).toBe(true);

    // Looking at the page of the header unsubscribes nobody; her mail program does, with one POST.
    await page.goto(header);
    await look('unsubscribe');
    expect(await enter('ann')).toMatchObject({ status: 200 });
    await mailsTo('ann@example.com', 3);
    const oneClick = await fetch(header, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(oneClick.status).toBe(200);
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await page.getByText('You are unsubscribed').waitFor();
    await look('unsubscribed');
    await page.goto(`${installation.address}/unsubscribe/forged`);
    await page.getByText('This link does not work').waitFor();
    await look('unknown');

    // An address that the mail server refuses for good is never tried again, for nobody.
    const agreed = { channel: 'email', purpose: 'news', granted: true, source: 'shop', proof: 'order 7' };
    expect(await enter('gone', [agreed])).toMatchObject({ status: 200 });
    for (let found: unknown; !found; ) {
      const answer = await api('POST', '/api/permission/suppressions/search', { address: 'Gone@example.com' });
      found = (answer.body as { suppression: unknown }).suppression;
    }
    await enter('ann');
    await enter('gone');
    const settled = async () => {
      const { body } = await api('GET', '/api/messages?limit=50');
      const all = (body as { messages?: { status: string; reason: string | null }[] }).messages ?? (body as []);
      return all.map(({ status, reason }: { status: string; reason: string | null }) => reason ?? status).sort();
    };
    let statuses = await settled();
    while (statuses.length < 6 || statuses.some((status) => status === 'queued' || status === 'sending'))
      statuses = await settled();
    expect(statuses).toEqual(['consent', 'consent', 'failed', 'sent', 'sent', 'suppressed']);
    expect(mails).toHaveLength(3);
    expect(faults).toEqual(Object.fromEntries(Object.keys(faults).map((name) => [name, []])));
    expect(visitor.complaints.filter((complaint) => !complaint.includes('404'))).toEqual([]);
  } finally {
    await office.close();
    await visitor.close();
  }
}, 120_000);
