import { html } from 'hono/html';
import type { Wording } from '../../plugin/permission-texts.ts';
import type { Preference, Preferences } from '../ports.ts';
import type { Markup } from './page.ts';
import { page } from './page.ts';

/** What a checkbox stands for, as its value. */
export const keyOfRow = ({ channel, purpose }: Pick<Preference, 'channel' | 'purpose'>): string =>
  JSON.stringify([channel, purpose]);

/** What a page has shown and what of it was on, as its form tells. Anything that is no such key is left out. */
export function readKey(text: unknown): { channel: string; purpose: string } | undefined {
  try {
    const [channel, purpose] = JSON.parse(String(text)) as unknown[];
    return typeof channel === 'string' && typeof purpose === 'string' ? { channel, purpose } : undefined;
  } catch {
    return undefined;
  }
}

/** Every purpose with the channels that it can come by, and one button for none of them. */
export function preferencesPage(wording: Wording, { rows = [] }: Preferences, saved: boolean): Markup {
  const say: Wording['say'] = (key, values) => wording.say(key, values);
  const purposes = [...Map.groupBy(rows, ({ purpose }) => purpose)];
  const canChoose = rows.some(({ basis }) => basis !== 'contract');
  return page(
    wording,
    say('preferences.title'),
    html`${saved ? html`<p class="said" role="status">${say('preferences.saved')}</p>` : ''}
      <p>${say(rows.length === 0 ? 'preferences.empty' : 'preferences.intro')}</p>
      <form method="post">
        <div class="choices">${purposes.map(([purpose, of], i) => choice(wording, purpose, of, i))}</div>
        ${
          canChoose
            ? html`<div class="deeds"><button>${say('preferences.save')}</button></div>
              <div class="none">
                <button class="quiet" name="all" value="off">${say('preferences.none')}</button>
                <p class="soft">${say('preferences.none.help')}</p>
              </div>`
            : ''
        }
      </form>`,
  );
}

function choice(wording: Wording, purpose: string, rows: readonly Preference[], index: number): Markup {
  const { label, description } = wording.purpose(purpose);
  const [first] = rows as [Preference, ...Preference[]];
  const about = html`${description ? html`<p class="soft">${description}</p>` : ''}
  ${first.text ? html`<p class="wording">${first.text.content}</p>` : ''}
  ${first.basis === 'contract' ? html`<p class="soft">${wording.say('preferences.required')}</p>` : ''}
  ${rows.some(({ pending }) => pending) ? html`<p class="soft">${wording.say('preferences.pending')}</p>` : ''}`;
  const id = `about-${index}`;
  if (rows.length === 1)
    return html`<div class="choice">
      <label>${box(first, id)}<span><strong>${label}</strong> <span class="soft">${wording.channel(first.channel)}</span></span></label>
      <div class="about" id="${id}">${about}</div>
    </div>`;
  return html`<fieldset class="choice" aria-describedby="${id}">
    <legend><strong>${label}</strong></legend>
    <div id="${id}">${about}</div>
    <div class="ways">
      ${rows.map((row) => html`<label>${box(row)}<span>${wording.channel(row.channel)}</span></label>`)}
    </div>
  </fieldset>`;
}

const box = (row: Preference, describedBy?: string): Markup => {
  const key = keyOfRow(row);
  const disabled = row.basis === 'contract';
  return html`${disabled ? '' : html`<input type="hidden" name="shown" value="${key}" />`}<input
      type="checkbox"
      name="on"
      value="${key}"
      ${row.on ? 'checked' : ''}
      ${disabled ? 'disabled' : ''}
      ${describedBy === undefined ? '' : html`aria-describedby="${describedBy}"`}
    />`;
};
