import type { CountryCode } from 'libphonenumber-js';
import { getCountries, getCountryCallingCode, Metadata, parsePhoneNumberFromString } from 'libphonenumber-js';

/**
 * Gives phone numbers their one form, E.164, as libphonenumber reads them; undefined for what no telephone can have. The
 * library takes 10 µs for a number. One that is written as +442079460018 or 020 7946 0018 already is only held against the
 * library's own patterns, which takes 200 ns.
 */
export function phoneForm(country: string): (value: string) => string | undefined {
  const home = country as CountryCode;
  const national = nationalNumbers(home);
  return (value) => {
    const bare = separated.test(value) ? value.replace(separators, '') : '';
    if (bare.startsWith('+')) {
      if (international.test(bare) && isNumber(bare)) return bare;
    } else if (national && bare !== '' && bare.startsWith(national.prefix)) {
      const number = bare.slice(national.prefix.length);
      if (national.pattern.test(number)) return `+${national.code}${number}`;
    }
    const given = value.replace(/^tel:/i, '').replace(/^00(?=[1-9])/, '+');
    const phone = parsePhoneNumberFromString(given, home);
    if (phone?.isValid()) return phone.number;
    // A number without a plus may have lost it on its way through a spreadsheet, which keeps numbers only.
    if (!/^\d{9,15}$/.test(value)) return undefined;
    const restored = parsePhoneNumberFromString(`+${value}`, home);
    return restored?.isValid() ? restored.number : undefined;
  };
}

const international = /^\+[1-9]\d{6,14}$/;
const separated = /^\+?[\d\s().-]{5,24}$/;
const separators = /[\s().-]/g;

/** What the numbers of a country look like without its code, where leaving out one prefix is all there is to it. */
function nationalNumbers(country: CountryCode): { code: string; prefix: string; pattern: RegExp } | undefined {
  const plan = planOf(country);
  // What the library has nothing for is 0 to it.
  const prefix = plan.nationalPrefix() || '';
  const parsed = plan.nationalPrefixForParsing() || '';
  const alone = parsed === prefix || (prefix !== '' && parsed.startsWith(`${prefix}|`));
  if (!alone || plan.nationalPrefixTransformRule() || plan.leadingDigits()) return undefined;
  const pattern = new RegExp(`^(?:${plan.nationalNumberPattern()})$`);
  return { code: getCountryCallingCode(country), prefix, pattern };
}

/** What the library knows of a country's numbers, beyond what its types say. */
interface Plan {
  nationalNumberPattern(): string;
  nationalPrefix(): string | 0 | undefined;
  nationalPrefixForParsing(): string | 0 | undefined;
  nationalPrefixTransformRule(): string | 0 | undefined;
  leadingDigits(): string | 0 | undefined;
}

function planOf(country: CountryCode): Plan {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  return metadata.numberingPlan as unknown as Plan;
}

let plans: Map<string, RegExp> | undefined;

/** Whether the digits after the + are a number of the countries with that code. */
function isNumber(value: string): boolean {
  plans ??= readPlans();
  for (let length = 1; length <= 3; length++) {
    const plan = plans.get(value.slice(1, 1 + length));
    if (plan) return plan.test(value.slice(1 + length));
  }
  return false;
}

function readPlans(): Map<string, RegExp> {
  const patterns = new Map<string, string[]>();
  for (const country of getCountries()) {
    const code = getCountryCallingCode(country);
    const pattern = planOf(country).nationalNumberPattern();
    if (pattern) patterns.set(code, [...(patterns.get(code) ?? []), pattern]);
  }
  return new Map([...patterns].map(([code, all]) => [code, new RegExp(`^(?:${all.join('|')})$`)]));
}
