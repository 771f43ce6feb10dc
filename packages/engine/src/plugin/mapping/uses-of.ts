import type { Mapping, ValueMapping } from './mapping.ts';

/** What events, consents and relationships make of each column, in a few words: `time of order`, `consent to email/marketing`. */
export function usesOf({ events, consents, relationships }: Omit<Mapping, 'columns' | 'rest'>): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  const add = (value: ValueMapping | undefined, use: string) => {
    const column = typeof value === 'string' ? value : value && 'column' in value ? value.column : undefined;
    if (column !== undefined) uses.set(column, [...(uses.get(column) ?? []), use]);
  };
  for (const { type, time, properties, messageId } of events) {
    const name = typeof type === 'string' ? type : 'the event';
    if (typeof type !== 'string') add(type, 'type of the event');
    add(time, `time of ${name}`);
    for (const [property, value] of Object.entries(properties)) add(value, `${property} of ${name}`);
    const columns =
      messageId === undefined
        ? []
        : typeof messageId === 'object' && 'columns' in messageId
          ? messageId.columns
          : [messageId];
    for (const column of columns) add(column, `id of ${name}`);
  }
  for (const { channel, purpose, granted, at, proof, textVersion } of consents) {
    const name = `consent to ${channel}/${purpose}`;
    add(granted, name);
    add(at, `time of ${name}`);
    add(proof, `proof of ${name}`);
    add(textVersion, `text of ${name}`);
  }
  for (const { kind, key, from, to, traits } of relationships) {
    add(key, kind);
    add(from, `${kind} from`);
    add(to, `${kind} to`);
    for (const [trait, value] of Object.entries(traits)) add(value, `${trait} of ${kind}`);
  }
  return uses;
}
