/** Everything that pages and mails about permission say. `{purpose}` and the like are filled in. */
const en = {
  'unsubscribe.title': 'Unsubscribe',
  'unsubscribe.ask': 'Do you want to get no more “{purpose}” by {channel} from {organisation}?',
  'unsubscribe.button': 'Unsubscribe',
  'unsubscribe.done.title': 'You are unsubscribed',
  'unsubscribe.done': 'You get no more “{purpose}” by {channel}. Only what had left us already may still arrive.',
  'unsubscribe.needed.title': 'This cannot be unsubscribed from',
  'unsubscribe.needed': '“{purpose}” is part of your contract with {organisation}, so it is always sent.',
  'preferences.link': 'Choose what you receive',
  'preferences.title': 'What you receive',
  'preferences.intro': 'Choose what {organisation} may send you. It holds from the next message on.',
  'preferences.required': 'Part of your contract: always sent.',
  'preferences.pending': 'Waits for your confirmation: see the mail that we have sent you.',
  'preferences.save': 'Save',
  'preferences.none': 'Receive nothing at all',
  'preferences.none.help': 'Switches off all of the above with one click.',
  'preferences.saved': 'Your choice is saved.',
  'preferences.empty': 'There is nothing that you could choose at present.',
  'optin.title': 'Please confirm',
  'optin.ask': 'You were asked whether {organisation} may write to {address}:',
  'optin.note': 'You can take it back at any time, by a link in every mail.',
  'optin.button': 'Yes, I agree',
  'optin.done.title': 'Thank you',
  'optin.done': 'Your agreement is recorded. You can take it back at any time, by a link in every mail.',
  'optin.expired.title': 'This link does not work any more',
  'optin.expired': 'It was too old, or its agreement was taken back since. Sign up once more and you get a new one.',
  'optin.mail.subject': 'Please confirm: {purposes}',
  'optin.mail.text':
    'Hello,\n\nplease confirm that {organisation} may write to you at this address:\n\n{list}\n\nConfirm here:\n{link}\n\n' +
    'The link works until {until}. If this was not you, do nothing: you will not be written to.\n\n{imprint}',
  'optin.mail.button': 'Confirm',
  'optin.mail.before': 'please confirm that {organisation} may write to you at this address:',
  'optin.mail.after': 'The link works until {until}. If this was not you, do nothing: you will not be written to.',
  'subscribe.email': 'Your e-mail address',
  'subscribe.purposes': 'What may we send you?',
  'subscribe.button': 'Sign up',
  'subscribe.done.title': 'Look into your mailbox',
  'subscribe.done':
    'If the address is right you get a mail with a link. Only once you have used it do we write to you.',
  'subscribe.invalid': 'That is not an e-mail address. It should look like ann@example.com.',
  'subscribe.nothing': 'Choose at least one.',
  'subscribe.leave': 'Leave this field empty',
  'unknown.title': 'This link does not work',
  'unknown.text': 'It may have been cut off. Copy the whole link from the mail, or use the mail’s own button.',
  'busy.title': 'A moment, please',
  'busy.text': 'There have been very many requests from where you are. Try again in a few minutes.',
} as const;

export type TextKey = keyof typeof en;
type Texts = Record<TextKey, string>;

const de: Texts = {
  'unsubscribe.title': 'Abmelden',
  'unsubscribe.ask': 'Möchten Sie von {organisation} kein „{purpose}“ per {channel} mehr erhalten?',
  'unsubscribe.button': 'Abmelden',
  'unsubscribe.done.title': 'Sie sind abgemeldet',
  'unsubscribe.done':
    'Sie erhalten kein „{purpose}“ per {channel} mehr. Nur was schon unterwegs war, kann noch eintreffen.',
  'unsubscribe.needed.title': 'Eine Abmeldung ist hier nicht möglich',
  'unsubscribe.needed': '„{purpose}“ gehört zu Ihrem Vertrag mit {organisation} und wird immer gesendet.',
  'preferences.link': 'Wählen, was Sie erhalten',
  'preferences.title': 'Was Sie erhalten',
  'preferences.intro': 'Wählen Sie, was {organisation} Ihnen senden darf. Es gilt ab der nächsten Nachricht.',
  'preferences.required': 'Teil Ihres Vertrags: wird immer gesendet.',
  'preferences.pending': 'Wartet auf Ihre Bestätigung: siehe die E-Mail, die wir Ihnen gesendet haben.',
  'preferences.save': 'Speichern',
  'preferences.none': 'Gar nichts mehr erhalten',
  'preferences.none.help': 'Schaltet alles Obige mit einem Klick ab.',
  'preferences.saved': 'Ihre Wahl ist gespeichert.',
  'preferences.empty': 'Es gibt zurzeit nichts zu wählen.',
  'optin.title': 'Bitte bestätigen',
  'optin.ask': 'Sie wurden gefragt, ob {organisation} an {address} schreiben darf:',
  'optin.note': 'Sie können es jederzeit widerrufen, über einen Link in jeder E-Mail.',
  'optin.button': 'Ja, ich stimme zu',
  'optin.done.title': 'Vielen Dank',
  'optin.done':
    'Ihre Zustimmung ist gespeichert. Sie können sie jederzeit widerrufen, über einen Link in jeder E-Mail.',
  'optin.expired.title': 'Dieser Link gilt nicht mehr',
  'optin.expired':
    'Er war zu alt, oder die Zustimmung wurde seither zurückgenommen. Melden Sie sich noch einmal an, dann kommt ein neuer.',
  'optin.mail.subject': 'Bitte bestätigen: {purposes}',
  'optin.mail.text':
    'Guten Tag,\n\nbitte bestätigen Sie, dass {organisation} Ihnen an diese Adresse schreiben darf:\n\n{list}\n\nHier bestätigen:\n{link}\n\n' +
    'Der Link gilt bis {until}. Wenn Sie das nicht waren, tun Sie nichts: dann schreiben wir Ihnen nicht.\n\n{imprint}',
  'optin.mail.button': 'Bestätigen',
  'optin.mail.before': 'bitte bestätigen Sie, dass {organisation} Ihnen an diese Adresse schreiben darf:',
  'optin.mail.after':
    'Der Link gilt bis {until}. Wenn Sie das nicht waren, tun Sie nichts: dann schreiben wir Ihnen nicht.',
  'subscribe.email': 'Ihre E-Mail-Adresse',
  'subscribe.purposes': 'Was dürfen wir Ihnen senden?',
  'subscribe.button': 'Anmelden',
  'subscribe.done.title': 'Sehen Sie in Ihr Postfach',
  'subscribe.done':
    'Wenn die Adresse stimmt, erhalten Sie eine E-Mail mit einem Link. Erst wenn Sie ihn benutzt haben, schreiben wir Ihnen.',
  'subscribe.invalid': 'Das ist keine E-Mail-Adresse. Sie sollte aussehen wie anna@example.com.',
  'subscribe.nothing': 'Wählen Sie mindestens eines.',
  'subscribe.leave': 'Dieses Feld frei lassen',
  'unknown.title': 'Dieser Link geht nicht',
  'unknown.text':
    'Vielleicht wurde er abgeschnitten. Kopieren Sie den ganzen Link aus der E-Mail, oder benutzen Sie ihren Knopf.',
  'busy.title': 'Einen Moment bitte',
  'busy.text': 'Von dort, wo Sie sind, kamen sehr viele Anfragen. Versuchen Sie es in ein paar Minuten noch einmal.',
};

export const builtInTexts: { readonly en: Texts; readonly de: Texts } = { en, de };

interface Declared {
  readonly organisation: string;
  readonly imprint: string;
  readonly language: string;
  readonly channels: readonly { id: string; label: string }[];
  readonly purposes: readonly { id: string; label: string; description: string; channels: readonly string[] }[];
  readonly forms: readonly { id: string; title: string; text: string }[];
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Besides those of pages and mails, what is declared can be said in other languages: `purpose.<id>`, `form.<id>.text` and so on. */
export function isTextKey(key: string, declared: Pick<Declared, 'channels' | 'purposes' | 'forms'>): boolean {
  if (Object.hasOwn(en, key) || key === 'organisation' || key === 'imprint') return true;
  const { channels, purposes, forms } = declared;
  return [
    ...Object.keys(channelNames).map((id) => `channel.${id}`),
    ...channels.map(({ id }) => `channel.${id}`),
    ...purposes.flatMap((purpose) => purpose.channels.map((id) => `channel.${id}`)),
    ...purposes.flatMap(({ id }) => [`purpose.${id}`, `purpose.${id}.description`]),
    ...forms.flatMap(({ id }) => [`form.${id}`, `form.${id}.text`]),
  ].includes(key);
}

const channelNames: Readonly<Record<string, string>> = { email: 'e-mail', sms: 'SMS', phone: 'telephone' };
const channelNamesDe: Readonly<Record<string, string>> = { email: 'E-Mail', sms: 'SMS', phone: 'Telefon' };

/** The words of one language. */
export interface Wording {
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  say(key: TextKey, values?: Readonly<Record<string, string>>): string;
  readonly organisation: string;
  /** At the foot; may be empty. */
  readonly imprint: string;
  channel(id: string): string;
  purpose(id: string): { label: string; description: string };
  form(id: string): { title: string; text: string };
}

const rightToLeft = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);

/** The words for somebody who prefers these languages, the first that there are texts in; else the installation's language. */
export function wordingFor(declared: Declared, preferred: readonly string[]): Wording {
  const known = [...new Set([...Object.keys(declared.texts), ...Object.keys(builtInTexts)])];
  const find = (tag: string): string | undefined => {
    const lower = tag.toLowerCase();
    const [base = ''] = lower.split('-');
    return known.find((each) => each.toLowerCase() === lower) ?? known.find((each) => each.toLowerCase() === base);
  };
  const language = [...preferred, declared.language].map(find).find((each) => each !== undefined) ?? 'en';
  const [base = ''] = language.toLowerCase().split('-');
  // A dialect says only what it says in other words.
  const layers = [language, base, declared.language, 'en'].flatMap((each) => [
    declared.texts[each] ?? {},
    ...(Object.hasOwn(builtInTexts, each) ? [builtInTexts[each as keyof typeof builtInTexts]] : []),
  ]);
  const own = (key: string): string | undefined => {
    for (const layer of layers) if (Object.hasOwn(layer, key)) return (layer as Record<string, string>)[key];
    return undefined;
  };
  const organisation = own('organisation') ?? (declared.organisation || (base === 'de' ? 'uns' : 'us'));
  const named = base === 'de' ? channelNamesDe : channelNames;
  return {
    language,
    direction: rightToLeft.has(base) ? 'rtl' : 'ltr',
    organisation,
    imprint: own('imprint') ?? declared.imprint,
    say: (key, values = {}) => fill(own(key) ?? en[key], { organisation, ...values }),
    channel: (id) => own(`channel.${id}`) ?? declared.channels.find((each) => each.id === id)?.label ?? named[id] ?? id,
    purpose: (id) => {
      const found = declared.purposes.find((each) => each.id === id);
      return {
        label: own(`purpose.${id}`) ?? found?.label ?? id,
        description: own(`purpose.${id}.description`) ?? found?.description ?? '',
      };
    },
    form: (id) => {
      const found = declared.forms.find((each) => each.id === id);
      return { title: own(`form.${id}`) ?? found?.title ?? id, text: own(`form.${id}.text`) ?? found?.text ?? '' };
    },
  };
}

const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : whole,
  );

/** The languages of an Accept-Language header, the most wanted first. */
export function languagesOf(header: string | undefined): string[] {
  return (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', quality = ''] = part.trim().split(/;\s*q=/);
      return { tag: tag.trim(), quality: quality === '' ? 1 : Number(quality) || 0 };
    })
    .filter(({ tag, quality }) => /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(tag) && quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
