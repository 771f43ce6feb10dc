/** Letters that no decomposition turns into a plain one. */
const plain: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};

/** A text as it is compared when somebody looks for it: without case and accents, in any script. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłþıς]/g, (letter) => plain[letter] ?? letter);

/** Scripts that put no blanks between words: there any place may be where a word begins. */
const unspaced =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Longer words are found by their beginnings. */
const longest = 32;

/** The words of a text as somebody would type them. */
export const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => Array.from(word).slice(0, longest).join(''));

/** The words that a text is found by: of scripts without blanks also every ending, so that a beginning finds any part. */
export const tokensOf = (text: string): string[] =>
  wordsOf(text).flatMap((word) => {
    if (!unspaced.test(word)) return [word];
    const letters = Array.from(word).slice(0, 16);
    return letters.map((_, i) => letters.slice(i).join(''));
  });
