/**
 * Records of people with a known truth: households at addresses, and of some people a second or third record as another
 * system would have it. Made before the scorer was measured, from what is told of such data: Zipf's law for names, a landline
 * for a household, parents and children of one name, twins, people who moved or married, other writings. None of it by chance.
 */
export interface TrueRecord {
  /** Who it is of. */
  entity: number;
  traits: Record<string, string>;
}

interface Someone {
  entity: number;
  given: string;
  middle: string;
  family: string;
  generation: string;
  birth: string;
  female: boolean;
  street: string;
  house: string;
  postcode: string;
  city: string;
  email: string;
  phone: string;
  cyrillic: { given: string; family: string } | undefined;
}

const women =
  'Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Laura Helen Sharon Cynthia Kathleen Amy Angela Anna Ruth Brenda Pamela Nicole Katherine Samantha Christine Emma Catherine Virginia Rachel Carolyn Janet Maria Heather Diane Julie Joyce Victoria Kelly Christina Joan Evelyn Lauren Judith Olivia Frances Martha Cheryl Megan Andrea Hannah Jacqueline Ann Jean Alice Kathryn Gloria Teresa Sara Janice Doris Julia Marie Madison Grace Judy Theresa Beverly Denise Marilyn Amber Danielle Abigail Brittany Rose Diana Natalie Sophia Alexis Lori Kayla Jane Ursula Renate Monika Petra Sabine Birgit Heike Silke Anke Jürgen Ingrid Élodie Chloé Aurélie Océane Inès Zoé Noémie Łucja Agnieszka Małgorzata Zofia Jiřina Åsa Märta Søren Siân Niamh Aoife Saoirse Fatima Aisha Zeynep Elif Ayşe Priya Ananya Mei Yuki Sakura'.split(
    ' ',
  );
const men =
  'James Robert John Michael David William Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Frank Patrick Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Douglas Zachary Peter Kyle Ethan Walter Noah Jeremy Christian Keith Roger Terry Austin Sean Gerald Carl Harold Dylan Arthur Lawrence Jordan Jesse Bryan Billy Bruce Gabriel Joe Logan Alan Juan Albert Willie Elijah Wayne Randy Vincent Mason Roy Ralph Bobby Russell Bradley Philip Eugene Klaus Jürgen Günther Wolfgang Uwe Holger Thorsten Björn Jörg Hélder René François Jérôme Loïc Łukasz Paweł Wojciech Jiří Ondřej Åke Søren Rhys Eoin Cillian Mohammed Ahmed Mustafa Mehmet Emre Arjun Rahul Wei Hiroshi Kenji'.split(
    ' ',
  );
const russians = [
  ['Dmitry', 'Дмитрий', 'm'],
  ['Sergey', 'Сергей', 'm'],
  ['Alexey', 'Алексей', 'm'],
  ['Andrey', 'Андрей', 'm'],
  ['Mikhail', 'Михаил', 'm'],
  ['Yuri', 'Юрий', 'm'],
  ['Olga', 'Ольга', 'f'],
  ['Tatiana', 'Татьяна', 'f'],
  ['Natalia', 'Наталья', 'f'],
  ['Ekaterina', 'Екатерина', 'f'],
  ['Yulia', 'Юлия', 'f'],
  ['Svetlana', 'Светлана', 'f'],
] as const;
const russianFamilies = [
  ['Ivanov', 'Иванов'],
  ['Smirnov', 'Смирнов'],
  ['Kuznetsov', 'Кузнецов'],
  ['Popov', 'Попов'],
  ['Vasiliev', 'Васильев'],
  ['Petrov', 'Петров'],
  ['Sokolov', 'Соколов'],
  ['Mikhailov', 'Михайлов'],
  ['Fedorov', 'Фёдоров'],
  ['Shevchenko', 'Шевченко'],
  ['Zaytsev', 'Зайцев'],
  ['Chernyshev', 'Чернышёв'],
] as const;
const commonFamilies =
  'Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Patel Khan Lewis James Phillips Mason Mitchell Rose Davis Rodríguez Cox Alexander Morgan Hughes Edwards Hill Moore Clark Harrison Scott Young Morris Allen Ward Turner Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel García Fernández González López Martínez Sánchez Pérez Gómez Ruiz Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Nowak Kowalski Wiśniewski Wójcik Novák Svoboda Dvořák Jensen Nielsen Hansen Andersson Johansson Yılmaz Kaya Demir Ali Ahmed Hussain Begum Singh Kaur Nguyen Chen Wang Li Tanaka Suzuki O’Brien O’Connor McDonald MacLeod van Dijk de Jong'
    .replace(/\b(van|de) /g, '$1_')
    .split(' ')
    .map((name) => name.replace('_', ' '));

/** mulberry32: a small generator of numbers that look like chance and are the same each time. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const next = chance(20_260_101);
const share = (p: number) => next() < p;
const whole = (n: number) => Math.floor(next() * n);
const pick = <T>(list: readonly T[]): T => list[whole(list.length)] as T;

/** The places of a list by Zipf’s law: the first is met twice as often as the second with an exponent of 1. */
function zipf(n: number, exponent: number): () => number {
  const sums = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) sums[i] = sum += 1 / (i + 3) ** exponent;
  return () => {
    const wanted = next() * sum;
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const onsets = 'B Br C Ch D Dr F G Gr H J K Kr L M N P Pr R S Sch Sh St T Th Tr V W Z'.split(' ');
const vowels = 'a e i o u au ei ie ou'.split(' ');
const codas = 'ck d l ll m n nd ng r rd rs rt s sk ss t tt tz x'.split(' ');
const endings = ' er mann son sen ski ley ton ham ford by stein berg feld ez ini ova eau'.split(' ');

const familyNames: string[] = (() => {
  const names = new Set(commonFamilies);
  while (names.size < 25_000)
    names.add(
      pick(onsets) + pick(vowels) + pick(codas) + (share(0.3) ? pick(vowels) + pick(codas) : '') + pick(endings),
    );
  return [...names];
})();
const streetNames = (() => {
  const stems = [
    ...commonFamilies.slice(0, 60),
    'High',
    'Church',
    'Station',
    'Park',
    'Mill',
    'School',
    'London',
    'Victoria',
    'Green',
    'Kings',
    'Queens',
    'Main',
    'Lime',
    'Oak',
    'Elm',
    'Birch',
  ];
  const kinds = ['Street', 'Road', 'Avenue', 'Lane', 'Drive', 'Court', 'Place', 'Square'];
  return Array.from({ length: 3_000 }, (_, i) => `${i < 600 ? pick(stems) : pick(familyNames)} ${pick(kinds)}`);
})();
const towns = Array.from(
  { length: 1_500 },
  () =>
    `${pick(onsets)}${pick(vowels)}${pick(codas)}${pick(['ton', 'ham', 'ford', 'burg', 'stadt', 'ville', ' Bridge'])}`,
);
const domains = [
  'gmail.com',
  'gmail.com',
  'gmail.com',
  'hotmail.com',
  'outlook.com',
  'yahoo.com',
  'icloud.com',
  'web.de',
  'gmx.de',
  'orange.fr',
  'btinternet.com',
  'live.com',
];

const family = zipf(familyNames.length, 0.95);
const woman = zipf(women.length, 0.9);
const man = zipf(men.length, 0.9);
const code = zipf(9_000, 0.4);

const plain = (name: string) =>
  name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
const two = (n: number) => String(n).padStart(2, '0');
const dayOf = (year: number) => `${year}-${two(1 + whole(12))}-${two(1 + whole(28))}`;
const phoneNumber = () => `07${String(100_000_000 + whole(900_000_000))}`;

const usedMails = new Map<string, number>();
function mailOf(given: string, name: string, birth: string): string {
  const [g, f] = [plain(given) || 'x', plain(name) || 'y'];
  const base = pick([
    `${g}.${f}`,
    `${g}${f}`,
    `${g[0]}${f}`,
    `${f}.${g}`,
    `${g}_${f}`,
    `${g}${birth.slice(2, 4)}`,
    `${f}${birth.slice(0, 4)}`,
  ]);
  const domain = pick(domains);
  const count = (usedMails.get(`${base}@${domain}`) ?? 0) + 1;
  usedMails.set(`${base}@${domain}`, count);
  return `${base}${count > 1 ? count : ''}@${domain}`;
}

function addressOf(): Pick<Someone, 'street' | 'house' | 'postcode' | 'city'> {
  const place = code();
  // A house of flats now and then, where many strangers live.
  const house = share(0.04) ? String(1 + whole(3)) : `${1 + whole(160)}${share(0.06) ? pick(['a', 'b', 'c']) : ''}`;
  return {
    street: share(0.04) ? (streetNames[place % 40] as string) : (streetNames[whole(streetNames.length)] as string),
    house,
    postcode: `${pick(['AB', 'CB', 'DE', 'EX', 'GL', 'LS', 'M', 'N', 'SE', 'YO'])}${1 + (place % 30)} ${place % 10}${'ABDEFGHJLN'[(place >> 3) % 10]}${'PQRSTUWXYZ'[(place >> 5) % 10]}`,
    city: towns[place % towns.length] as string,
  };
}

let entities = 0;

/** People who live together: a couple, children of one or both, sometimes twins or a son of his father's name. */
function* households(): Generator<Someone> {
  for (;;) {
    const home = addressOf();
    const russian = share(0.03) ? pick(russianFamilies) : undefined;
    const name = russian ? russian[0] : (familyNames[family()] as string);
    const landline = share(0.35) ? `01${String(100_000_000 + whole(900_000_000))}` : undefined;
    const homeMail = share(0.04) ? `${plain(name)}.family${1 + whole(9_999)}@${pick(domains)}` : undefined;
    const someone = (
      given: string,
      female: boolean,
      birth: string,
      own: string,
      first?: Someone['cyrillic'],
    ): Someone => ({
      entity: entities++,
      given,
      middle: share(0.3) ? (pick(female ? women : men) as string) : '',
      family: own,
      generation: '',
      birth,
      female,
      ...home,
      email: homeMail ?? mailOf(given, own, birth),
      phone: landline && share(0.6) ? landline : phoneNumber(),
      cyrillic: first,
    });
    const adult = (female: boolean, birth: string, own: string): Someone => {
      if (russian && own === name) {
        const [given, cyrillic] = pick(russians.filter(([, , sex]) => (sex === 'f') === female));
        return someone(given, female, birth, female ? `${name}a` : name, {
          given: cyrillic,
          family: female ? `${russian[1]}а` : russian[1],
        });
      }
      return someone((female ? women[woman()] : men[man()]) as string, female, birth, own);
    };
    const born = 1935 + whole(70);
    const female = share(0.5);
    const head = adult(female, dayOf(born), name);
    yield head;
    const size = next();
    if (size < 0.32) continue;
    if (share(0.8))
      yield adult(!female, dayOf(born - 6 + whole(12)), share(0.78) ? name : (familyNames[family()] as string));
    const children = size < 0.66 ? 0 : size < 0.82 ? 1 : size < 0.96 ? 2 : 3;
    let twin: string | undefined;
    for (let i = 0; i < children; i++) {
      const year = born + 20 + whole(20);
      if (year > 2008) continue;
      const girl = share(0.5);
      const birth = twin ?? dayOf(year);
      twin = share(0.015) ? birth : undefined;
      const child = adult(girl, birth, name);
      if (!girl && !female && share(0.04)) {
        child.given = head.given;
        child.generation = share(0.5) ? 'Jr' : '';
      }
      yield child;
    }
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');

/** One slip of the hand: a letter other, left out, doubled, put in, or changed with its neighbour. */
function slip(text: string): string {
  if (text.length < 3) return text;
  const at = 1 + whole(text.length - 1);
  switch (whole(5)) {
    case 0:
      return text.slice(0, at) + pick(letters) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text[at] + text.slice(at);
    case 3:
      return text.slice(0, at) + pick(letters) + text.slice(at);
    default:
      return at + 1 < text.length
        ? text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)
        : text.slice(0, -1);
  }
}

const slipFigure = (text: string): string => {
  const at = text.length - 1 - whole(Math.min(5, text.length));
  return /\d/.test(text[at] ?? '')
    ? text.slice(0, at) + ((Number(text[at]) + 1 + whole(9)) % 10) + text.slice(at + 1)
    : text;
};
const unaccented = (text: string) =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replace('ł', 'l').replace('Ł', 'L').replace('ø', 'o');
const german = (text: string) =>
  text.replace(/[äöü]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue' })[letter] ?? letter).replace('ß', 'ss');
const shorts: Record<string, string> = {
  William: 'Bill',
  Robert: 'Bob',
  Elizabeth: 'Liz',
  Katherine: 'Kate',
  Michael: 'Mike',
  Thomas: 'Tom',
  Christopher: 'Chris',
  Jennifer: 'Jen',
  Patricia: 'Pat',
  Margaret: 'Maggie',
  Anthony: 'Tony',
  Edward: 'Ted',
  Alexander: 'Sascha',
  Wolfgang: 'Wolf',
};

/** What the first system has of somebody. */
function first(one: Someone): Record<string, string> {
  return traitsOf({
    ...one,
    email: share(0.78) ? one.email : '',
    phone: share(0.8) ? one.phone : '',
    // Forms that ask for a date and take the first that they offer.
    birth: share(0.006) ? '1970-01-01' : share(0.9) ? one.birth : '',
    street: share(0.93) ? one.street : '',
  });
}

/** What another system has of the same person. */
function again(one: Someone): Record<string, string> {
  const copy = { ...one };
  const given = next();
  if (given < 0.09) copy.given = slip(copy.given);
  else if (given < 0.11) copy.given = `${copy.given[0]}.`;
  else if (given < 0.15) copy.given = copy.middle ? `${copy.given} ${copy.middle}` : copy.given;
  else if (given < 0.18) copy.given = shorts[copy.given] ?? copy.given;
  else if (given < 0.19) copy.given = '';
  const name = next();
  if (name < 0.08) copy.family = slip(copy.family);
  else if (name < 0.1 && copy.female) copy.family = familyNames[family()] as string;
  else if (name < 0.12) copy.family = `${copy.family}-${familyNames[family()]}`;
  else if (name < 0.125) copy.family = '';
  if (copy.cyrillic && share(0.6)) Object.assign(copy, copy.cyrillic);
  else if (share(0.5)) {
    const write = share(0.5) ? german : unaccented;
    [copy.given, copy.family] = [write(copy.given), write(copy.family)];
  }
  if (share(0.02)) [copy.given, copy.family] = [copy.family, copy.given];
  const birth = next();
  if (birth < 0.08) copy.birth = '';
  else if (birth < 0.11) copy.birth = slipDate(copy.birth);
  else if (birth < 0.13) copy.birth = swapDate(copy.birth);
  else if (birth < 0.14) copy.birth = dayOf(1940 + whole(65));
  const where = next();
  if (where < 0.12) Object.assign(copy, addressOf());
  else if (where < 0.19) copy.street = '';
  else if (where < 0.26) copy.street = slip(copy.street);
  else if (where < 0.28) copy.postcode = slipFigure(copy.postcode);
  if (share(0.3)) copy.street = copy.street.replace('Street', 'St').replace('Road', 'Rd.').replace('Avenue', 'Ave');
  const mail = next();
  if (mail < 0.25) copy.email = '';
  else if (mail < 0.45) copy.email = mailOf(copy.given || 'x', copy.family || 'y', one.birth);
  const phone = next();
  if (phone < 0.3) copy.phone = '';
  else if (phone < 0.45) copy.phone = phoneNumber();
  else if (phone < 0.47) copy.phone = slipFigure(copy.phone);
  else if (phone < 0.7) copy.phone = `+44 ${copy.phone.slice(1, 5)} ${copy.phone.slice(5)}`;
  const traits = traitsOf(copy);
  const shape = next();
  if (shape < 0.06)
    for (const key of ['firstName', 'lastName']) if (traits[key]) traits[key] = traits[key].toUpperCase();
  if (shape > 0.97)
    for (const key of ['firstName', 'lastName', 'street', 'email']) if (traits[key]) traits[key] = ` ${traits[key]} `;
  return traits;
}

function slipDate(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  switch (whole(3)) {
    case 0:
      return `${Number(year) + pick([-10, -1, 1, 10])}-${month}-${day}`;
    case 1:
      return `${year}-${two(1 + (Number(month) % 12))}-${day}`;
    default:
      return `${year}-${month}-${two(1 + ((Number(day) + 9) % 28))}`;
  }
}

function swapDate(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return Number(day) <= 12 ? `${year}-${day}-${month}` : date;
}

function traitsOf({
  given,
  family: last,
  generation,
  birth,
  street,
  house,
  postcode,
  city,
  email,
  phone,
}: Someone): Record<string, string> {
  const all = {
    firstName: given,
    lastName: generation === '' ? last : `${last} ${generation}`,
    birthDate: birth,
    street: street === '' ? '' : `${house} ${street}`,
    postcode: street === '' ? '' : postcode,
    city,
    email,
    phone,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** So many records, of which one in twenty is another record of somebody who is there already; shuffled over the whole. */
export function* recordsOf(count: number): Generator<TrueRecord> {
  // Copies wait in a ring, and come in where chance puts them: far from their originals.
  const waiting: TrueRecord[] = [];
  let made = 0;
  for (const one of households()) {
    if (made + waiting.length >= count) break;
    yield { entity: one.entity, traits: first(one) };
    made++;
    if (share(0.0477)) {
      for (let more = share(0.1) ? 2 : 1; more > 0; more--) {
        waiting.push({ entity: one.entity, traits: again(one) });
      }
    }
    if (waiting.length > 2_000 && made < count) {
      const [due] = waiting.splice(whole(waiting.length), 1, waiting.at(-1) as TrueRecord);
      waiting.pop();
      yield due as TrueRecord;
      made++;
    }
  }
  for (const due of waiting.splice(0, count - made)) yield due;
}
