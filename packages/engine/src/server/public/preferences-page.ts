import { html } from 'hono/html';
import type { Wording } from '../../plugin/permission-texts.ts';
import type { Preference, Preferences } from '../permission-ports.ts';
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
  const told: Markup[] = [];
  // What is said in no language but its own reads in the direction of that one.
  if (description) told.push(html`<p class="soft" dir="auto">${description}</p>`);
  if (first.text) told.push(html`<p class="wording" dir="auto">${first.text.content}</p>`);
  if (first.basis === 'contract') told.push(html`<p class="soft">${wording.say('preferences.required')}</p>`);
  if (rows.some(({ pending }) => pending)) told.push(html`<p class="soft">${wording.say('preferences.pending')}</p>`);
  const id = told.length > 0 ? `about-${index}` : undefined;
  const described = id === undefined ? '' : html`aria-describedby="${id}"`;
  if (rows.length === 1)
    return html`<div class="choice">
      <label>
        ${box(first, described)}
        <span><strong><bdi>${label}</bdi></strong> <span class="soft">${wording.channel(first.channel)}</span></span>
      </label>
      ${id === undefined ? '' : html`<div class="about" id="${id}">${told}</div>`}
    </div>`;
  return html`<fieldset class="choice" ${described}>
    <legend><strong><bdi>${label}</bdi></strong></legend>
    ${id === undefined ? '' : html`<div class="told" id="${id}">${told}</div>`}
    <div class="ways">
      ${rows.map((row) => html`<label>${box(row)}<span>${wording.channel(row.channel)}</span></label>`)}
    </div>
  </fieldset>`;
}

const box = (row: Preference, described: Markup | '' = ''): Markup => {
  const key = keyOfRow(row);
  const disabled = row.basis === 'contract';
  return html`${disabled ? '' : html`<input type="hidden" name="shown" value="${key}" />`}<input
      type="checkbox"
      name="on"
      value="${key}"
      ${row.on ? 'checked' : ''}
      ${disabled ? 'disabled' : ''}
      ${described}
    />`;
};
