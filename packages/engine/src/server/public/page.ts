import { html, raw } from 'hono/html';
import type { Context } from 'hono';
import type { Wording } from '../../plugin/permission-texts.ts';
import type { Env } from '../env.ts';

export type Markup = ReturnType<typeof html>;

/** Plain HTML and one style sheet: readable without scripts, in light and dark, in both directions, by a screen reader. */
const style = `
:root { color-scheme: light dark; --page: #f4f6f8; --card: #ffffff; --ink: #1f2933; --soft: #52606d; --line: #cbd2d9;
  --accent: #0b6a62; --on-accent: #ffffff; --wash: #e6f2f1; --danger: #a61b1b; }
@media (prefers-color-scheme: dark) { :root { --page: #14191f; --card: #1d242c; --ink: #e9edf1; --soft: #a9b4bf;
  --line: #3d4853; --accent: #4fc3b5; --on-accent: #06231f; --wash: #17322f; --danger: #ff8f8f; } }
* { box-sizing: border-box; }
body { margin: 0; padding: clamp(1rem, 5vw, 4rem) 1rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
main { max-width: 38rem; margin: 0 auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: clamp(1.25rem, 4vw, 2.5rem); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.05rem; margin: 0; }
p { margin: 0 0 1rem; }
p.soft, .soft { color: var(--soft); font-size: .9375rem; }
.org { color: var(--soft); font-size: .9375rem; margin: 0 0 .5rem; }
.wording { white-space: pre-line; border-inline-start: 3px solid var(--line); padding-inline-start: .75rem; margin: .5rem 0 0;
  color: var(--soft); font-size: .9375rem; }
ul.asked { list-style: none; padding: 0; margin: 0 0 1.25rem; display: grid; gap: .75rem; }
ul.asked li, .choice { border: 1px solid var(--line); border-radius: 8px; padding: .875rem 1rem; }
.choices { display: grid; gap: .75rem; margin: 0 0 1.25rem; border: 0; padding: 0; min-width: 0; }
.choice label { display: flex; gap: .75rem; align-items: flex-start; min-height: 1.75rem; cursor: pointer; }
.choice .ways { display: grid; gap: .25rem; margin-block-start: .625rem; }
.choice .about { margin: .25rem 0 0; padding-inline-start: 2rem; }
.choice .about p, .choice .told p { margin: 0; }
.choice .told { padding-block-start: .25rem; }
.choice .wording { margin-block-start: .5rem !important; }
input[type=checkbox] { inline-size: 1.25rem; block-size: 1.25rem; margin: .15rem 0 0; flex: none; accent-color: var(--accent); }
input[type=email] { inline-size: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft);
  border-radius: 8px; padding: .625rem .75rem; margin-block-start: .25rem; }
.field { display: block; margin: 0 0 1.25rem; font-weight: 600; }
legend { padding: 0; font-weight: 600; margin-block-end: .5rem; }
fieldset { margin: 0; min-width: 0; }
.choice legend { float: inline-start; inline-size: 100%; margin: 0; }
.choice legend + * { clear: both; }
main > :last-child { margin-block-end: 0; }
form + .after { margin-block-start: 1.25rem; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); max-inline-size: 100%; overflow-wrap: anywhere; }
button.quiet { background: transparent; color: var(--ink); border-color: var(--soft); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.deeds { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.none { border-block-start: 1px solid var(--line); margin-block-start: 1.5rem; padding-block-start: 1.25rem; }
.none p { margin: .5rem 0 0; }
.said { background: var(--wash); border-radius: 8px; padding: .75rem 1rem; margin: 0 0 1.25rem; }
.wrong { color: var(--danger); font-weight: 600; margin: 0 0 1.25rem; }
.trap { position: absolute; inset-inline-start: -100rem; inline-size: 1px; block-size: 1px; overflow: hidden; }
footer { max-width: 38rem; margin: 1.25rem auto 0; color: var(--soft); font-size: .875rem; white-space: pre-line; }
@media (forced-colors: active) { .choice, main { border-color: CanvasText; } }
`;

export function page(wording: Wording, title: string, body: Markup | Markup[] | Promise<Markup>): Markup {
  const { organisation, imprint } = wording;
  const named = organisation.length > 2;
  return html`<!doctype html>
    <html lang="${wording.language}" dir="${wording.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}${named ? ` · ${organisation}` : ''}</title>
        <style>${raw(style)}</style>
      </head>
      <body>
        <main>
          ${named ? html`<p class="org">${organisation}</p>` : ''}
          <h1>${title}</h1>
          ${body}
        </main>
        ${imprint ? html`<footer>${imprint}</footer>` : ''}
      </body>
    </html>`;
}

/** Said of every answer of these pages: they are of one person, and their address is a secret. */
export function keepPrivate(c: Context<Env>): void {
  c.header('cache-control', 'no-store');
  c.header('x-robots-tag', 'noindex, nofollow');
}
