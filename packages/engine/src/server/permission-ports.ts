import type {
  ConsentText,
  OptInAnswer,
  PermissionPolicy,
  PermissionState,
  Suppression,
  SuppressionPage,
  TakenReport,
} from './shapes/permission.ts';

/** What a customer can decide about one purpose by one channel, and how it stands. */
export interface Preference {
  channel: string;
  purpose: string;
  /** Null for a purpose that is not declared. */
  basis: 'consent' | 'legitimateInterest' | 'contract' | null;
  on: boolean;
  /** Waits for a click in a mail. */
  pending: boolean;
  /** What whoever switches it on agrees to. */
  text: { version: string; content: string } | null;
}

export interface Preferences {
  /** What the mail was for that the link was in. */
  asked: { channel: string; purpose: string; refusable: boolean };
  /** What the customer's own traits say of their language. */
  languages: string[];
  /** Undefined for somebody of whom nothing is known any more. */
  rows: Preference[] | undefined;
}

export interface OptInView {
  state: 'open' | 'confirmed' | 'expired';
  address: string;
  language: string | null;
  purposes: { purpose: string; channel: string; content: string | null }[];
}

/** `from`: the network that it came from, as far as it is kept. */
export interface Decision {
  by: 'one-click' | 'unsubscribe' | 'preferences';
  from?: string | undefined;
}

/**
 * What people may be sent. The first half is for pages without a sign-in: a token or secret that was not made here is
 * undefined, and nothing is said of why.
 */
export interface PermissionPort {
  policy(): Promise<PermissionPolicy>;
  preferences(token: string): Promise<Preferences | undefined>;
  /** needed: it cannot be refused. */
  unsubscribe(token: string, decision: Decision): Promise<'done' | 'needed' | undefined>;
  choose(
    token: string,
    chosen: readonly { channel: string; purpose: string; on: boolean }[],
    decision: Decision,
  ): Promise<Preferences | undefined>;
  /** Changes nothing. */
  optIn(secret: string): Promise<OptInView | undefined>;
  confirm(secret: string, from: string | undefined): Promise<OptInView | undefined>;
  /** Throws 422 where no mail could be sent. */
  ask(request: {
    address: string;
    purposes: readonly string[];
    customer?: number | undefined;
    source: string;
    from?: string | undefined;
    language?: string | undefined;
  }): Promise<OptInAnswer>;

  state(): Promise<PermissionState>;
  savePolicy(policy: PermissionPolicy, actor: string): Promise<void>;
  texts(): Promise<readonly ConsentText[]>;
  /** Throws a conflict for a version that people have been shown with other words. */
  saveText(text: { purpose: string; version: string; content: string }, actor: string): Promise<void>;
  suppressions(page: { after?: string; limit: number }): Promise<SuppressionPage>;
  suppressed(channel: string, address: string): Promise<Suppression | undefined>;
  suppress(channel: string, addresses: readonly string[], actor: string): Promise<void>;
  unsuppress(entry: { channel: string; hash: string }, actor: string): Promise<boolean>;
  /** Throws 422 for a mail that reports nothing. */
  report(raw: Uint8Array): Promise<readonly TakenReport[]>;
}
