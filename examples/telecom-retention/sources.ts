import { drawKeys, type Keys } from './keys.ts';
import { DAY, type Caller, type Person, type Subject } from './person.ts';
import type { Random } from './random.ts';
import { drawCitySpelling, drawNameSpelling, spellCity, spellEmail, spellName, spellPhone } from './spelling.ts';

export type SourceRow = {
  /** Index into the base's persons: the answer that the files withhold. */
  readonly person: number;
  readonly cells: Readonly<Record<string, string>>;
};

export type Source = {
  readonly file: string;
  readonly key: string;
  readonly columns: readonly string[];
  readonly rows: readonly SourceRow[];
};

export type Sources = { readonly billing: Source; readonly callCentre: Source; readonly analysis: Source };

/** Hears of each value that one of the systems spells oddly. */
export type Tally = (file: string, column: string, spelling: string) => void;

export const BILLING = 'billing.csv';
export const CALL_CENTRE = 'call-centre.csv';
export const ANALYSIS = 'analysis.csv';

const COLUMNS = {
  [BILLING]:
    'account_number name email phone birth_date postcode city contract contract_end internet_service monthly_charge_minor currency tenure_months payment_method paid_invoices late_payments last_payment_date updated_on',
  [CALL_CENTRE]:
    'caller_id name phone email tickets_count last_ticket_topic last_ticket_date satisfaction contacts_count preferred_channel consent_email consent_phone',
  [ANALYSIS]: 'subject_id email phone name usage_trend_percent data_gb churn_score value_segment nps',
};

export function drawSources(persons: readonly Person[], now: number, random: Random, tally: Tally): Sources {
  const first: SourceRow[] = [];
  const second: SourceRow[] = [];
  const callers: SourceRow[] = [];
  const subjects: SourceRow[] = [];
  persons.forEach((person, index) => {
    const write = writer(person, random, tally);
    const keys = drawKeys(person, random);
    first.push({ person: index, cells: billingCells(person, keys.first, 'first', now, random, write(BILLING)) });
    if (keys.second) {
      second.push({ person: index, cells: billingCells(person, keys.second, 'second', now, random, write(BILLING)) });
    }
    if (person.caller && keys.caller) {
      callers.push({
        person: index,
        cells: callerCells(person, person.caller, keys.caller, random, write(CALL_CENTRE)),
      });
    }
    if (person.subject && keys.subject) {
      subjects.push({
        person: index,
        cells: subjectCells(person, person.subject, keys.subject, random, write(ANALYSIS)),
      });
    }
  });
  return {
    // A second account is opened later, so it stands further down.
    billing: source(BILLING, 'account_number', [...first, ...second]),
    callCentre: source(CALL_CENTRE, 'caller_id', callers),
    analysis: source(ANALYSIS, 'subject_id', subjects),
  };
}

function source(file: keyof typeof COLUMNS, key: string, rows: readonly SourceRow[]): Source {
  return { file, key, columns: COLUMNS[file].split(' '), rows };
}

type Writer = {
  name(): string;
  email(keys: Keys, email?: string): string;
  phone(keys: Keys, phone?: string): string;
  city(city: string): string;
};

/** Spells a person's values as one file does, and tells the tally of every spelling that is not the plain one. */
function writer(person: Person, random: Random, tally: Tally): (file: string) => Writer {
  return (file) => {
    const spelled = <S extends string>(column: string, spelling: S, plain: S): S => {
      if (spelling !== plain) tally(file, column, spelling);
      return spelling;
    };
    return {
      name() {
        const spelling = drawNameSpelling(random, person.first, person.last);
        return spellName(person.first, person.last, spelled('name', spelling, 'plain'));
      },
      email: (keys, email = person.email) =>
        keys.email ? spellEmail(email, spelled('email', keys.email, 'plain')) : '',
      phone: (keys, phone = person.phone) =>
        keys.phone ? spellPhone(phone, spelled('phone', keys.phone, 'e164')) : '',
      city: (city) => spellCity(city, spelled('city', drawCitySpelling(random, city), 'plain')),
    };
  };
}

function billingCells(
  person: Person,
  keys: Keys,
  account: 'first' | 'second',
  now: number,
  random: Random,
  write: Writer,
): Record<string, string> {
  const moved = person.secondAccount !== undefined && person.secondAccount.kind !== 'enteredTwice';
  const home = moved && account === 'first' ? person.formerHome : person.home;
  // What risk and value are computed from is never missing and never differs between two accounts of one person, so
  // that the truth does not hang on which of them survives.
  return {
    account_number: account === 'second' && person.secondAccount ? person.secondAccount.number : person.id,
    name: write.name(),
    email: write.email(keys),
    phone: write.phone(keys),
    birth_date: missing(0.06, random) ?? day(person.birthAt),
    postcode: missing(0.02, random) ?? home.postcode,
    city: missing(0.01, random) ?? write.city(home.city),
    contract: person.contract,
    contract_end: person.contractEndAt === undefined ? '' : day(person.contractEndAt),
    internet_service: person.internet,
    monthly_charge_minor: String(person.monthlyChargeMinor),
    currency: 'EUR',
    tenure_months: String(person.tenureMonths),
    payment_method: missing(0.015, random) ?? person.paymentMethod,
    paid_invoices: String(person.paidInvoices),
    late_payments: String(person.latePayments),
    last_payment_date: missing(0.02, random) ?? day(person.lastPaymentAt),
    updated_on: day(now - random.int(account === 'second' ? 1 : 91, account === 'second' ? 90 : 700) * DAY),
  };
}

function callerCells(
  person: Person,
  caller: Caller,
  keys: Keys,
  random: Random,
  write: Writer,
): Record<string, string> {
  return {
    caller_id: caller.callerId,
    name: missing(0.03, random) ?? write.name(),
    phone: caller.staysUnderOldPhone ? write.phone(keys, person.oldPhone) : write.phone(keys),
    email: write.email(keys),
    tickets_count: String(caller.tickets),
    last_ticket_topic: caller.lastTopic ?? '',
    last_ticket_date: caller.lastTicketAt === undefined ? '' : day(caller.lastTicketAt),
    satisfaction: missing(0.12, random) ?? String(caller.satisfaction),
    contacts_count: String(caller.contacts),
    preferred_channel: missing(0.1, random) ?? caller.preferredChannel,
    consent_email: caller.consentEmail,
    consent_phone: caller.consentPhone,
  };
}

function subjectCells(
  person: Person,
  subject: Subject,
  keys: Keys,
  random: Random,
  write: Writer,
): Record<string, string> {
  return {
    subject_id: subject.subjectId,
    email: subject.staysUnderOldEmail ? write.email(keys, person.oldEmail) : write.email(keys),
    phone: write.phone(keys),
    name: missing(0.15, random) ?? write.name(),
    usage_trend_percent: missing(0.04, random) ?? String(person.usageTrend),
    data_gb: missing(0.03, random) ?? String(subject.dataGb),
    churn_score: String(subject.churnScore),
    value_segment: subject.valueSegment,
    nps: subject.nps === undefined ? '' : String(subject.nps),
  };
}

function missing(share: number, random: Random): '' | undefined {
  return random.chance(share) ? '' : undefined;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
