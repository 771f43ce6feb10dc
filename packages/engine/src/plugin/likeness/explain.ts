import type { Levels } from './compare.ts';

const names = {
  equal: 'the same',
  part: 'a part of it',
  initial: 'its initial',
  short: 'a short form',
  similar: 'nearly the same',
  close: 'alike',
  differ: 'another',
};

/** Why two are thought to be one, and what speaks against it, in words. */
export function explain({ given, family, swapped, birth, address, email, phone, generation }: Levels): string {
  const told = (what: string, words: Readonly<Record<string, string>>, level: string) =>
    words[level] ? `${what} ${words[level]}` : '';
  const pro = [
    swapped ? 'names the other way round' : '',
    given === family && given !== 'differ' ? told('name', names, given) : '',
    ...(given === family
      ? []
      : [
          given === 'differ' ? '' : told('given name', names, given),
          family === 'differ' ? '' : told('family name', names, family),
        ]),
    told('birth date', { equal: 'the same', swapped: 'with day and month swapped', near: 'one slip apart' }, birth),
    told(
      'address',
      { same: 'the same', street: 'in the same street', postcode: 'of the same postcode', city: 'in the same city' },
      address,
    ),
    told('e-mail', { equal: 'the same', local: 'the same but for the domain', near: 'nearly the same' }, email),
    told('phone', { equal: 'the same', near: 'one slip apart' }, phone),
  ].filter((text) => text !== '');
  const contra = [
    given === 'differ' ? 'given name' : '',
    family === 'differ' ? 'family name' : '',
    generation === 'differ' ? 'generation' : '',
    birth === 'differ' ? 'birth date' : '',
    address === 'differ' ? 'address' : '',
    email === 'differ' ? 'e-mail' : '',
    phone === 'differ' ? 'phone' : '',
  ].filter((text) => text !== '');
  const [first = 'nothing in common', ...rest] = pro;
  return [first, ...rest].join(', ') + (contra.length > 0 ? `; another ${contra.join(', ')}` : '');
}
