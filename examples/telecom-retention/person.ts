import type { NameCard } from './name-card.ts';
import { HOMES, type Home } from './names.ts';
import type { Random } from './random.ts';

export const CONTRACTS = ['Month-to-month', 'One year', 'Two year'] as const;
export const TOPICS = ['no connection', 'slow connection', 'invoice', 'moving house', 'equipment'] as const;

export type Contract = (typeof CONTRACTS)[number];
export type Internet = 'Fiber optic' | 'DSL' | 'No';
export type PaymentMethod = 'Direct debit' | 'Credit card' | 'Bank transfer' | 'Cheque';
export type ServiceTopic = (typeof TOPICS)[number];

/** What the operator's call centre knows of those who ever called. */
export type Caller = {
  readonly callerId: string;
  readonly tickets: number;
  readonly lastTopic: ServiceTopic | undefined;
  readonly lastTicketAt: number | undefined;
  readonly satisfaction: number;
  readonly contacts: number;
  readonly lastContactAt: number;
  readonly preferredChannel: 'email' | 'phone' | 'chat';
  readonly consentEmail: 'yes' | 'no' | '';
  readonly consentPhone: 'yes' | 'no' | '';
  /** The call centre kept a number that this person gave up: no exact key leads from there to billing. */
  readonly staysUnderOldPhone: boolean;
};

/** What the analysis department computed of those it covers. */
export type Subject = {
  readonly subjectId: string;
  readonly churnScore: number;
  readonly valueSegment: 'gold' | 'silver' | 'bronze';
  readonly dataGb: number;
  readonly nps: number | undefined;
  readonly keyedBy: 'email' | 'phone' | 'both';
  /** As above, with an e-mail address that was given up. */
  readonly staysUnderOldEmail: boolean;
};

/** Moved house or was typed in twice, and so stands in billing a second time. */
export type SecondAccount = 'movedSameEmail' | 'movedSamePhone' | 'enteredTwice';

/** One real human being, as only the generator knows him or her. */
export type Person = NameCard & {
  /** The first account number in billing. */
  readonly id: string;
  readonly secondAccount: { readonly number: string; readonly kind: SecondAccount } | undefined;
  readonly caller: Caller | undefined;
  readonly subject: Subject | undefined;

  readonly birthAt: number;
  readonly home: Home;
  readonly formerHome: Home;

  readonly contract: Contract;
  readonly contractEndAt: number | undefined;
  readonly internet: Internet;
  readonly monthlyChargeMinor: number;
  readonly tenureMonths: number;
  readonly paymentMethod: PaymentMethod;
  readonly paidInvoices: number;
  readonly latePayments: number;
  readonly lastPaymentAt: number;

  /** Percent, this quarter against the one before. */
  readonly usageTrend: number;
  /** Nobody recorded it, no file holds it: any contact annoys this person. */
  readonly dislikesContact: boolean;
};

export const DAY = 86_400_000;
const MONTH = 30.44 * DAY;

/** Beyond this the account numbers of two people would meet. */
export const MOST_CUSTOMERS = 5_000_000;

export function drawPerson(index: number, card: NameCard, now: number, random: Random): Person {
  const contract = random.weighted({ 'Month-to-month': 55, 'One year': 21, 'Two year': 24 });
  const internet = random.weighted(
    contract === 'Month-to-month' ? { 'Fiber optic': 55, DSL: 32, No: 13 } : { 'Fiber optic': 32, DSL: 36, No: 32 },
  );
  const tenureMonths = drawTenure(contract, random);
  const latePayments = Math.min(Math.floor(random.exponential(0.9)), 6, tenureMonths);
  const caller = random.chance(0.6) ? drawCaller(index, tenureMonths, now, random) : undefined;
  const tickets = caller?.tickets ?? 0;
  const usageTrend = Math.round(clamp(random.normal(2 - 4 * Math.min(tickets, 4), 18), -80, 60));
  const monthlyChargeMinor = drawCharge(internet, random);
  const known = { contract, tenureMonths, tickets, latePayments, usageTrend, monthlyChargeMinor, internet };
  const subject = random.chance(0.8) ? drawSubject(index, known, random) : undefined;
  const second = random.chance(0.07)
    ? random.weighted({ movedSameEmail: 5, movedSamePhone: 5, enteredTwice: 4 })
    : undefined;
  const home = random.pick(HOMES);
  const nextEnd = random.int(1, contract === 'Two year' ? 24 : 12);

  return {
    ...card,
    id: `B-${1_000_000 + index}`,
    secondAccount: second && { number: `B-${9_000_000 + index}`, kind: second },
    caller,
    subject,
    birthAt: startOfDay(now - random.int(18 * 365, 88 * 365) * DAY),
    home,
    formerHome: random.pick(HOMES.filter((other) => other !== home)),
    contract,
    contractEndAt: contract === 'Month-to-month' ? undefined : startOfDay(now + nextEnd * MONTH),
    internet,
    monthlyChargeMinor,
    tenureMonths,
    paymentMethod: random.weighted({ 'Direct debit': 45, 'Credit card': 25, 'Bank transfer': 18, Cheque: 12 }),
    paidInvoices: Math.max(tenureMonths - latePayments, 0),
    latePayments,
    lastPaymentAt: startOfDay(now - random.int(1, 31) * DAY),
    usageTrend,
    dislikesContact: random.chance(0.04),
  };
}

function drawTenure(contract: Contract, random: Random): number {
  switch (contract) {
    case 'Month-to-month':
      return 1 + Math.floor(Math.min(random.exponential(18), 70));
    case 'One year':
      return random.int(12, 72);
    case 'Two year':
      return random.int(24, 96);
  }
}

function drawCharge(internet: Internet, random: Random): number {
  const [low, high] = { 'Fiber optic': [62, 112], DSL: [36, 84], No: [17, 28] }[internet] as [number, number];
  return random.int(low, high) * 100 + random.pick([0, 50, 90, 99]);
}

function drawCaller(index: number, tenureMonths: number, now: number, random: Random): Caller {
  const tickets = random.chance(0.35) ? 0 : Math.min(1 + Math.floor(random.exponential(1.3)), 9);
  const known = Math.min(tenureMonths * MONTH, 365 * DAY);
  const lastTicketAt = tickets > 0 ? now - Math.floor((0.02 + 0.96 * random.float()) * known) : undefined;
  return {
    callerId: `C-${2_000_000 + index}`,
    tickets,
    lastTopic: tickets > 0 ? random.pick(TOPICS) : undefined,
    lastTicketAt,
    satisfaction: Math.round(clamp(random.normal(4.1 - 0.35 * tickets, 0.8), 1, 5)),
    contacts: tickets + random.int(1, 4),
    lastContactAt: Math.max(lastTicketAt ?? 0, now - Math.floor((0.02 + 0.96 * random.float()) * known)),
    preferredChannel: random.weighted({ email: 55, phone: 30, chat: 15 }),
    consentEmail: random.weighted({ yes: 86, no: 9, '': 5 }),
    consentPhone: random.weighted({ yes: 72, no: 22, '': 6 }),
    staysUnderOldPhone: random.chance(0.008),
  };
}

type Known = Pick<
  Person,
  'contract' | 'tenureMonths' | 'latePayments' | 'usageTrend' | 'monthlyChargeMinor' | 'internet'
>;

function drawSubject(index: number, known: Known & { tickets: number }, random: Random): Subject {
  // The operator's old model sees the right things and weighs them badly, as such models do.
  const risk =
    (known.contract === 'Month-to-month' ? 48 : known.contract === 'One year' ? 22 : 12) +
    (known.tenureMonths <= 12 ? 14 : 0) +
    5 * Math.min(known.latePayments + known.tickets, 4) -
    0.3 * known.usageTrend;
  const worth = known.monthlyChargeMinor * Math.min(12 + known.tenureMonths, 36);
  return {
    subjectId: `S-${3_000_000 + index}`,
    churnScore: Math.round(clamp(random.normal(risk, 12), 0, 100)),
    valueSegment: worth >= 240_000 ? 'gold' : worth >= 120_000 ? 'silver' : 'bronze',
    dataGb: known.internet === 'No' ? random.int(1, 12) : random.int(15, 420),
    nps: random.chance(0.3) ? undefined : Math.round(clamp(random.normal(7.4 - 0.7 * known.tickets, 1.8), 0, 10)),
    keyedBy: random.weighted({ email: 60, phone: 25, both: 15 }),
    staysUnderOldEmail: random.chance(0.002),
  };
}

function startOfDay(at: number): number {
  return Math.floor(at / DAY) * DAY;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
