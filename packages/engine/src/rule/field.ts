/** What the name of a rule's field stands for. */
export type FieldMeaning =
  | { kind: 'trait'; name: string }
  | { kind: 'consent'; channel: string; purpose: string }
  | { kind: 'segment'; id: string }
  | { kind: 'malformed'; expected: string };

/** Only the two names that the engine gives a meaning are taken; `$email` may be a trait, as other tools export it. */
export function readField(name: string): FieldMeaning {
  if (name === '$segment' || name.startsWith('$segment.')) {
    const id = name.slice('$segment.'.length);
    return id ? { kind: 'segment', id } : { kind: 'malformed', expected: '$segment.<id>' };
  }
  if (name === '$consent' || name.startsWith('$consent.')) {
    const rest = name.slice('$consent.'.length);
    const dot = rest.indexOf('.');
    if (dot < 1 || dot === rest.length - 1) return { kind: 'malformed', expected: '$consent.<channel>.<purpose>' };
    return { kind: 'consent', channel: rest.slice(0, dot), purpose: rest.slice(dot + 1) };
  }
  return { kind: 'trait', name };
}
