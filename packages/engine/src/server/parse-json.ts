import { ServerError } from './server-error.ts';

/**
 * JSON from outside. A key named `__proto__` is refused wherever it stands: harmless as it comes from the parser, it turns
 * into a change of every object's prototype in the first careless copy.
 */
export function parseJson(text: string): unknown {
  try {
    // The second way to write the name is by escapes; only then is the slower walk over every key worth its price.
    return /__proto__|\\u005f/i.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (error) {
    if (error instanceof ServerError) throw error;
    throw new ServerError(400, 'json', `expected JSON: ${(error as Error).message}`);
  }
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new ServerError(400, 'json', 'a key named __proto__ is not taken');
  return value;
}
