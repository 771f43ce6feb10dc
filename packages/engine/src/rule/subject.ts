/** What a rule needs to know of a customer: of all of it no more than the rule asks for. */
export interface RuleSubject {
  readonly traits: Readonly<Record<string, unknown>>;
  /** By it customers differ, and their shares with them. */
  readonly id?: number;
  /** In the order in which they came in, of two in one instant. */
  readonly events?: readonly RuleEvent[];
  readonly consents?: readonly RuleConsent[];
  readonly changes?: readonly RuleChange[];
  /** Ids of the lists that it is on. */
  readonly lists?: readonly string[];
  readonly groups?: readonly RuleMembership[];
  /** Customers who may share a group with it: everybody, or fewer. Whether one does is found in the groups of both. */
  readonly others?: readonly RuleSubject[];
}

export interface RuleEvent {
  readonly type: string;
  readonly time: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface RuleConsent {
  readonly channel: string;
  readonly purpose: string;
  readonly at: number;
  readonly granted: boolean;
}

/** A change of traits: JSON objects of those that changed, null where there was or is none. */
export interface RuleChange {
  readonly time: number;
  readonly source: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** That a customer belongs to a group, or did or will. */
export interface RuleMembership {
  readonly kind: string;
  /** Which of its kind. */
  readonly key: string;
  readonly from: number;
  readonly to?: number | undefined;
  /** What is known of the group. */
  readonly traits: Readonly<Record<string, unknown>>;
}
