import { html } from 'hono/html';
import type { Wording } from '../../plugin/permission-texts.ts';
import type { OptInView } from '../permission-ports.ts';
import type { Markup } from './page.ts';
import { page } from './page.ts';

/** What somebody is asked to agree to, in the words that will stand as proof. */
export function optInPage(wording: Wording, { state, address, purposes }: OptInView): Markup {
  if (state !== 'open') return optInAnswered(wording, state);
  return page(
    wording,
    wording.say('optin.title'),
    html`<p>${wording.say('optin.ask', { address })}</p>
      <ul class="asked">
        ${purposes.map(({ purpose, content }) => {
          const { label, description } = wording.purpose(purpose);
          return html`<li>
            <strong><bdi>${label}</bdi></strong>
            ${description ? html`<div class="soft" dir="auto">${description}</div>` : ''}
            ${content === null ? '' : html`<p class="wording" dir="auto">${content}</p>`}
          </li>`;
        })}
      </ul>
      <p class="soft">${wording.say('optin.note')}</p>
      <form method="post" class="deeds">
        <input type="hidden" name="confirm" value="yes" />
        <button>${wording.say('optin.button')}</button>
      </form>`,
  );
}

export const optInAnswered = (wording: Wording, state: 'confirmed' | 'expired'): Markup =>
  state === 'confirmed'
    ? page(
        wording,
        wording.say('optin.done.title'),
        html`<p role="status" class="said">${wording.say('optin.done')}</p>`,
      )
    : page(wording, wording.say('optin.expired.title'), html`<p>${wording.say('optin.expired')}</p>`);
