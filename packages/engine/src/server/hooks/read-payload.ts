import type { Json } from '../../plugin/index.ts';
import { parseBody, whyUnstorable } from '../ingest/parse-body.ts';
import { ServerError } from '../server-error.ts';

/** What a body of JSON, or of a form, says. */
export function readPayload(type: string, text: string): Json {
  const payload = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type) ? readForm(text) : readJson(type, text);
  const why = whyUnstorable(payload);
  if (why !== undefined) throw new ServerError(400, 'invalid', `nothing was stored: ${why}`);
  return payload;
}

function readJson(type: string, text: string): Json {
  // Any of the many types that are JSON, and none at all.
  if (type !== '' && !/^(application|text)\/([\w.+-]*\+)?(json|plain)\s*(;|$)/i.test(type))
    throw new ServerError(
      415,
      'media-type',
      `expected a body of type application/json or application/x-www-form-urlencoded, got ${type}`,
    );
  try {
    return parseBody(text);
  } catch (error) {
    throw new ServerError(400, 'json', `nothing was stored: expected JSON: ${(error as Error).message}`);
  }
}

/** A name that comes several times is a list; `data[email]` is read as `data.email`. */
function readForm(text: string): Json {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.replaceAll(/\[([^\]]*)\]/g, (_, part: string) => (part === '' ? '' : `.${part}`));
    fields.set(path, [...(fields.get(path) ?? []), value]);
  }
  return Object.fromEntries(
    Array.from(fields, ([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}
