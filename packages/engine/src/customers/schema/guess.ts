import type { Category } from '../../loop/loop.ts';

/** A name in its words: `firstName`, `first_name` and `First Name` are the same two. */
export const wordsIn = (name: string): string[] =>
  name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** Words that name or reach a person wherever they stand in a name, in the languages that exports mostly come in. */
const telling =
  /^(e?mails?|phones?|telephone|telefon|tel|mobile|mobil|handy|cell|cellphone|fax|msisdn|whatsapp|iban|bic|swift|ssn|nino|passport|birth|birthday|birthdate|birthplace|dob|geburtstag|geburtsdatum|naissance|firstname|lastname|fullname|surname|forename|givenname|familyname|middlename|maiden|nickname|vorname|nachname|prenom|prénom|nom|nombre|apellido|username|street|strasse|straße|hausnummer|rue|calle|address|addresses|adresse|anschrift|zip|zipcode|postcode|postal|postleitzahl|plz|latitude|longitude|lat|lng|geolocation|ip|ipaddress|ipv4|ipv6|iccid|imei|imsi|taxid|vat|signature|avatar|photo|portrait|selfie|fingerprint|license|licence)$/;

/** Words that, two together, are as telling. */
const pairs = [
  ['e', 'mail'],
  ['first', 'name'],
  ['last', 'name'],
  ['full', 'name'],
  ['middle', 'name'],
  ['given', 'name'],
  ['family', 'name'],
  ['user', 'name'],
  ['display', 'name'],
  ['customer', 'name'],
  ['contact', 'name'],
  ['house', 'number'],
  ['account', 'number'],
  ['bank', 'account'],
  ['card', 'number'],
  ['credit', 'card'],
  ['tax', 'id'],
  ['tax', 'number'],
  ['national', 'id'],
  ['social', 'security'],
  ['device', 'id'],
  ['birth', 'date'],
] as const;

/** What such a word is about when another stands beside it: whether mail may be sent, how often it was, of what a thing is. */
const harmless =
  /^(opt|optin|optout|subscribed|consent|consented|verified|valid|count|counts|total|sent|opened|clicks|clicked|rate|frequency|domain|type|kind|model|brand|plan|service|lines|line|days|month|status|flag|has|is|provider|template|campaign|subject)$/;

/** A guess, for names that nobody has declared: better one too many, which a person can take back, than one too few. */
export function looksPersonal(name: string): boolean {
  const words = wordsIn(name);
  if (words.length === 1 && words[0] === 'name') return true;
  const personal =
    words.some((word) => telling.test(word)) ||
    pairs.some(([first, second]) => words.some((word, i) => word === first && words[i + 1] === second));
  return personal && !words.some((word) => harmless.test(word));
}

const categories: readonly (readonly [Category, RegExp])[] = [
  [
    'analysis',
    /^(score|scoring|segment|cluster|churn|churned|propensity|predicted|prediction|probability|forecast|clv|ltv|cltv|rfm|nps|risk|recency|frequency|monetary|cohort|decile|quantile|uplift|rank|rating|tier|model)$/,
  ],
  [
    'payment',
    /^(pay|paid|payment|payments|paying|invoice|invoices|billing|bill|bills|charge|charges|price|amount|balance|debt|dunning|iban|bic|bank|card|credit|debit|currency|refund|refunds|revenue|spent|spend|arrears|overdue|fee|fees|paperless)$/,
  ],
  [
    'service',
    /^(service|ticket|tickets|complaint|complaints|support|case|cases|incident|incidents|fault|faults|repair|warranty|claim|claims|return|returns|outage|outages|tech)$/,
  ],
  [
    'order',
    /^(order|orders|ordered|purchase|purchases|purchased|product|products|cart|basket|plan|contract|contracts|tariff|subscription|subscriptions|subscriber|renewal|renewed|tenure|sku|item|items|quantity|coupon|coupons|discount|trial|internet|streaming|device|devices|lines|line|package|bundle|option)$/,
  ],
  [
    'contact',
    /^(channel|channels|newsletter|opt|optin|optout|subscribed|consent|contact|contacted|campaign|campaigns|utm|referrer|source|medium|visit|visits|session|sessions|click|clicks|open|opens|page|pages|call|calls|message|messages|preferred|preference|unsubscribed|language|locale|timezone)$/,
  ],
];

/** Which of the six kinds of information a trait most likely belongs to: what says nothing says who somebody is. */
export function traitCategory(name: string): Category {
  if (looksPersonal(name) && !/iban|bic|card|bank|account/i.test(name)) return 'basic';
  const words = wordsIn(name);
  for (const [category, pattern] of categories) if (words.some((word) => pattern.test(word))) return category;
  return 'basic';
}
