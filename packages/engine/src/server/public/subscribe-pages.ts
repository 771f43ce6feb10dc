import { html } from 'hono/html';
import type { PermissionPolicy } from '../../plugin/permission-policy.ts';
import type { Wording } from '../../plugin/permission-texts.ts';
import type { Markup } from './page.ts';
import { page } from './page.ts';

type Form = PermissionPolicy['forms'][number];

/** What was filled in, and what was wrong with it. */
export interface FilledIn {
  email: string;
  purposes: readonly string[];
  problem?: 'subscribe.invalid' | 'subscribe.nothing';
}

/** A field that no person sees or reaches, and that programs fill in. */
export const trap = 'website';

export function subscribePage(wording: Wording, form: Form, { email, purposes, problem }: FilledIn): Markup {
  const { title, text } = wording.form(form.id);
  const wrong = problem === 'subscribe.invalid';
  return page(
    wording,
    title,
    html`${text ? html`<p>${text}</p>` : ''}
      ${problem ? html`<p class="wrong" role="alert" id="problem">${wording.say(problem)}</p>` : ''}
      <form method="post">
        <label class="field">
          ${wording.say('subscribe.email')}
          <input
            type="email"
            name="email"
            value="${email}"
            autocomplete="email"
            required
            maxlength="254"
            dir="ltr"
            ${wrong ? html`aria-invalid="true" aria-describedby="problem"` : ''}
          />
        </label>
        ${form.purposes.length === 1 ? onlyPurpose(wording, form.purposes[0] as string) : choose(wording, form, purposes)}
        <div class="trap" aria-hidden="true">
          <label>${wording.say('subscribe.leave')}<input name="${trap}" tabindex="-1" autocomplete="off" /></label>
        </div>
        <div class="deeds"><button>${wording.say('subscribe.button')}</button></div>
      </form>`,
  );
}

function onlyPurpose(wording: Wording, purpose: string): Markup {
  const { label, description } = wording.purpose(purpose);
  return html`<p class="soft"><strong>${label}</strong>${description ? html`<br />${description}` : ''}</p>
    <input type="hidden" name="purpose" value="${purpose}" />`;
}

const choose = (wording: Wording, form: Form, chosen: readonly string[]): Markup =>
  html`<fieldset class="choices">
    <legend>${wording.say('subscribe.purposes')}</legend>
    ${form.purposes.map((purpose, i) => {
      const { label, description } = wording.purpose(purpose);
      return html`<div class="choice">
        <label>
          <input
            type="checkbox"
            name="purpose"
            value="${purpose}"
            ${chosen.includes(purpose) ? 'checked' : ''}
            ${description ? html`aria-describedby="purpose-${i}"` : ''}
          />
          <strong><bdi>${label}</bdi></strong>
        </label>
        ${
          description
            ? html`<div class="about" id="purpose-${i}"><p class="soft" dir="auto">${description}</p></div>`
            : ''
        }
      </div>`;
    })}
  </fieldset>`;

export const subscribed = (wording: Wording): Markup =>
  page(
    wording,
    wording.say('subscribe.done.title'),
    html`<p role="status" class="said">${wording.say('subscribe.done')}</p>`,
  );
