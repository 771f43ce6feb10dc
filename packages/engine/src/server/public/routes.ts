import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { PermissionPolicy } from '../../plugin/permission-policy.ts';
import type { TextKey, Wording } from '../../plugin/permission-texts.ts';
import { languagesOf, wordingFor } from '../../plugin/permission-texts.ts';
import type { App, Env } from '../endpoint.ts';
import { limitBody } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { ServerError } from '../server-error.ts';
import { optInAnswered, optInPage } from './opt-in-pages.ts';
import { keepPrivate, page } from './page.ts';
import { preferencesPage, readKey } from './preferences-page.ts';
import { subscribed, subscribePage, trap } from './subscribe-pages.ts';
import { askToUnsubscribe, cannotUnsubscribe, unsubscribed } from './unsubscribe-pages.ts';
import { networkOf, VisitorLimit, visitorAddress } from './visitor.ts';

/** Wrong tokens and sign-ups that one visitor may try. A token that is right is never held up. */
const wrongTokens = { most: 60, window: 60_000 };
const signUps = { most: 10, window: 600_000 };

const email = z.email().max(254);

/**
 * Pages for people who have no account here: whoever has the link in a mail may use it. Its token is all that is asked for,
 * so no page of another origin can do anything in somebody's name, for it does not know the token. A GET changes nothing.
 */
export function publicRoutes(app: App, { permission, log }: ServerPorts): void {
  if (!permission) return;
  const wrong = new VisitorLimit(wrongTokens);
  const asking = new VisitorLimit(signUps);
  const limit = limitBody(64 * 1024);

  const wordingOf = (c: Context<Env>, policy: PermissionPolicy, own: readonly string[] = []): Wording =>
    wordingFor(policy, [c.req.query('lang') ?? '', ...own, ...languagesOf(c.req.header('accept-language'))]);
  /** The same for whatever was wrong with it. */
  const refuse = async (c: Context<Env>): Promise<Response> => {
    keepPrivate(c);
    const busy = !wrong.take(visitorAddress(c));
    return c.html(told(wordingOf(c, await permission.policy()), busy ? 'busy' : 'unknown'), busy ? 429 : 404);
  };

  app.get('/unsubscribe/:token', async (c) => {
    const { token } = c.req.param();
    const found = await permission.preferences(token);
    if (!found) return refuse(c);
    keepPrivate(c);
    return c.html(askToUnsubscribe(wordingOf(c, await permission.policy(), found.languages), found.asked, token));
  });
  app.post('/unsubscribe/:token', limit, async (c) => {
    const { token } = c.req.param();
    const found = await permission.preferences(token);
    if (!found) return refuse(c);
    keepPrivate(c);
    const wording = wordingOf(c, await permission.policy(), found.languages);
    const form = await formOf(c);
    const oneClick = form.get('List-Unsubscribe')?.includes('One-Click') ?? false;
    if (!oneClick && !form.has('confirm')) return c.html(askToUnsubscribe(wording, found.asked, token), 400);
    const by = oneClick ? 'one-click' : 'unsubscribe';
    const outcome = await permission.unsubscribe(token, { by, from: networkOf(visitorAddress(c)) });
    return c.html((outcome === 'needed' ? cannotUnsubscribe : unsubscribed)(wording, found.asked, token));
  });

  app.get('/preferences/:token', async (c) => {
    const found = await permission.preferences(c.req.param('token'));
    if (!found) return refuse(c);
    keepPrivate(c);
    const wording = wordingOf(c, await permission.policy(), found.languages);
    return c.html(preferencesPage(wording, found, c.req.query('saved') !== undefined));
  });
  app.post('/preferences/:token', limit, async (c) => {
    const { token } = c.req.param();
    const found = await permission.preferences(token);
    if (!found) return refuse(c);
    keepPrivate(c);
    const form = await formOf(c);
    const none = form.get('all')?.includes('off') ?? false;
    const on = new Set(none ? [] : form.get('on'));
    const chosen = (form.get('shown') ?? []).flatMap((key) => {
      const row = readKey(key);
      return row ? [{ ...row, on: on.has(key) }] : [];
    });
    await permission.choose(token, chosen, { by: 'preferences', from: networkOf(visitorAddress(c)) });
    const lang = c.req.query('lang');
    // Shown by a GET, so that to load the page again does not send it again. Relative: a proxy may have put it anywhere.
    return c.redirect(`?saved=1${lang === undefined ? '' : `&lang=${encodeURIComponent(lang)}`}`, 303);
  });

  app.get('/opt-in/:secret', async (c) => {
    const found = await permission.optIn(c.req.param('secret'));
    if (!found) return refuse(c);
    keepPrivate(c);
    return c.html(optInPage(wordingOf(c, await permission.policy(), languageIn(found.language)), found));
  });
  app.post('/opt-in/:secret', limit, async (c) => {
    const { secret } = c.req.param();
    const before = await permission.optIn(secret);
    if (!before) return refuse(c);
    keepPrivate(c);
    const wording = wordingOf(c, await permission.policy(), languageIn(before.language));
    if (!(await formOf(c)).has('confirm')) return c.html(optInPage(wording, before), 400);
    const found = await permission.confirm(secret, networkOf(visitorAddress(c)));
    return c.html(optInAnswered(wording, found?.state === 'confirmed' ? 'confirmed' : 'expired'));
  });

  app.get('/subscribe/:form', async (c) => {
    const policy = await permission.policy();
    const form = policy.forms.find(({ id }) => id === c.req.param('form'));
    if (!form) return refuse(c);
    keepPrivate(c);
    const filledIn = { email: c.req.query('email')?.slice(0, 254) ?? '', purposes: [] };
    return c.html(subscribePage(wordingOf(c, policy), form, filledIn));
  });
  app.post('/subscribe/:form', limit, async (c) => {
    const policy = await permission.policy();
    const form = policy.forms.find(({ id }) => id === c.req.param('form'));
    if (!form) return refuse(c);
    keepPrivate(c);
    const wording = wordingOf(c, policy);
    if (!asking.take(visitorAddress(c))) return c.html(told(wording, 'busy'), 429);
    const fields = await formOf(c);
    const named = fields.get('purpose') ?? (form.purposes.length === 1 ? form.purposes : []);
    const filledIn = {
      email: (fields.get('email')?.[0] ?? '').trim().slice(0, 254),
      purposes: form.purposes.filter((purpose) => named.includes(purpose)),
    };
    const address = email.safeParse(filledIn.email);
    if (!address.success)
      return c.html(subscribePage(wording, form, { ...filledIn, problem: 'subscribe.invalid' }), 422);
    if (filledIn.purposes.length === 0)
      return c.html(subscribePage(wording, form, { ...filledIn, problem: 'subscribe.nothing' }), 422);
    // A program that fills in every field is told what a person is told. So is everybody else, whatever has come of it.
    if ((fields.get(trap)?.[0] ?? '') === '')
      try {
        await permission.ask({
          address: address.data,
          purposes: filledIn.purposes,
          source: `form/${form.id}`,
          from: networkOf(visitorAddress(c)),
          language: wording.language,
        });
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        // As the installation is set up nobody can be asked: that is for those who look after it.
        log.error({ form: form.id, error: { message: error.message } }, 'a form asks nobody');
        return c.html(told(wording, 'busy'), 503);
      }
    return form.thanks === undefined ? c.html(subscribed(wording)) : c.redirect(form.thanks, 303);
  });
}

const languageIn = (language: string | null): string[] => (language === null ? [] : [language]);

function told(wording: Wording, what: 'unknown' | 'busy') {
  const title: TextKey = `${what}.title`;
  return page(wording, wording.say(title), html`<p>${wording.say(`${what}.text`)}</p>`);
}

/** The fields of a form as it comes from a page or, by RFC 8058, from a mail program. Files are none of it. */
async function formOf(c: Context<Env>): Promise<Map<string, string[]>> {
  const fields = new Map<string, string[]>();
  const type = c.req.header('content-type') ?? '';
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return fields;
  const form = await c.req.formData().catch(() => undefined);
  for (const [name, value] of form ?? [])
    if (typeof value === 'string') fields.set(name, [...(fields.get(name) ?? []), value]);
  return fields;
}
