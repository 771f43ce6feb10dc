import { html } from 'hono/html';
import type { Wording } from '../../plugin/permission-texts.ts';
import type { Preferences } from '../permission-ports.ts';
import type { Markup } from './page.ts';
import { page } from './page.ts';

const named = (wording: Wording, { channel, purpose }: Preferences['asked']) => ({
  purpose: wording.purpose(purpose).label,
  channel: wording.channel(channel),
});

const more = (wording: Wording, token: string): Markup =>
  html`<p class="soft after"><a href="../preferences/${token}">${wording.say('preferences.link')}</a></p>`;

/** The question. Whoever looks at it, a person or a program, has not answered. */
export function askToUnsubscribe(wording: Wording, asked: Preferences['asked'], token: string): Markup {
  if (!asked.refusable) return cannotUnsubscribe(wording, asked, token);
  return page(
    wording,
    wording.say('unsubscribe.title'),
    html`<p>${wording.say('unsubscribe.ask', named(wording, asked))}</p>
      <form method="post" class="deeds">
        <input type="hidden" name="confirm" value="yes" />
        <button>${wording.say('unsubscribe.button')}</button>
      </form>
      ${more(wording, token)}`,
  );
}

export const unsubscribed = (wording: Wording, asked: Preferences['asked'], token: string): Markup =>
  page(
    wording,
    wording.say('unsubscribe.done.title'),
    html`<p role="status" class="said">${wording.say('unsubscribe.done', named(wording, asked))}</p>
      ${more(wording, token)}`,
  );

export const cannotUnsubscribe = (wording: Wording, asked: Preferences['asked'], token: string): Markup =>
  page(
    wording,
    wording.say('unsubscribe.needed.title'),
    html`<p>${wording.say('unsubscribe.needed', named(wording, asked))}</p>
      ${more(wording, token)}`,
  );
