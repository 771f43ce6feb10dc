import anyAscii from 'any-ascii';
import { doubleMetaphone } from 'double-metaphone';

/** What was worked out for a text, while there is room: names come again and again. */
function remembered<T>(work: (text: string) => T, room = 25_000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = work(text);
    if (known.size >= room) known.clear();
    known.set(text, made);
    return made;
  };
}

const ascii = /^[a-z0-9 ]*$/;

/** Small Latin letters and figures with single blanks between words, whatever script and accents it was written in. */
export function fold(text: string): string {
  const small = text.trim().toLowerCase();
  const plain = ascii.test(small) ? small : anyAscii(small.normalize('NFC')).toLowerCase();
  return plain
    .replace(/['’`]/g, '')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** The same of names, which come again and again; what is nearly always new, as an address, is not worth remembering. */
export const foldName = remembered(fold);

/** How a name sounds, roughly and in one form: Schmidt and Smith are the same, as are Meier and Mayer. */
export const sound = remembered((folded) => doubleMetaphone(folded.replaceAll(' ', ''))[0] || folded.slice(0, 4));
