import type * as Customers from '../customers/index.ts';
import type { CustomerReader, Log, Registry, Transport } from '../plugin/index.ts';
import type { RuleGroup } from '../rule/index.ts';
import type * as Store from '../store/index.ts';
import type { Clock } from './clock.ts';
import type { RunLimits } from './fused-run.ts';
import type { Rate } from './rate.ts';
import type { RunningVersion, Station } from './station.ts';

/** What the runner is made of. It knows no SQL: database and verbs are handed in, and tests hand in ones that fail. */
export interface Parts {
  db: Store.Database;
  store: typeof Store;
  customers: typeof Customers;
  registry: Registry;
  clock: Clock;
  transports: Transports;
  log: Log;
  reader: (now: number) => CustomerReader;
  stations: Stations;
  /** This process among those that run the engine: its row in `worker`, and its place in the counts, which are a row a place. */
  worker: { id: number; slot: number };
  /** The named segments that rules may refer to. */
  segments: () => ReadonlyMap<string, RuleGroup>;
  limits: Limits;
  /** Addresses of the databases that sources may read, by name. */
  connections?: Readonly<Record<string, string>>;
  /** Left out: mails have no links to refuse by, and nobody is known by the address that nothing is sent to. */
  permission?: Permission;
}

/** What links and the suppression list are keyed with, and where people reach this installation. */
export interface Permission {
  secret: string;
  /** A new secret for a link: 192 random bits, as 32 characters. */
  newSecret: () => string;
  /** As `https://news.example.com`, without a slash at its end. */
  publicURL?: string;
}

/** The nodes of all published versions that may still be walked. */
export interface Stations {
  byRef(ref: number): Station | undefined;
  /** The newest version of each loop: where customers may enter. */
  newest(): readonly RunningVersion[];
  all(): readonly RunningVersion[];
}

/** How the runner comes to the outside world. */
export interface Transports {
  open(nodeType: string): Promise<Transport>;
  /** A sink within the process: what was on its way when the process died has reached nobody, and goes again. */
  isLocal(nodeType: string): boolean;
  /** How fast a channel may send; undefined where nobody has set a limit. */
  rateOf?(nodeType: string): Rate | undefined;
  close(): Promise<void>;
}

export interface Limits {
  /** An enrollment that has gone round so often rests. */
  turns: number;
  /** How long after customers have come to a report its figures are worked out anew, in milliseconds of the clock. */
  reportAfter: number;
  /** How long a handler may take for one batch, in real milliseconds. */
  handlerTimeout: number;
  /** Goes into every share, so that a run can be repeated with other luck. */
  seed: string;
  /** How much of a run of nodes one move passes; as `runLimits` unless told. */
  run?: RunLimits;
  /** IANA name of the time zone of schedules, and of customers who have no `timezone` of their own. */
  zone: string;
}

/**
 * Rows a statement or a handler is given at once. Ten thousand take a statement 10 ms and the whole transaction 25 ms; with
 * twice as many a million is routed 6 % faster, and everybody else waits twice as long. A rule over the
 * figures of events takes 15 µs a customer, so that a segment is filled in smaller pieces; fifty segments take 100 to 200 µs.
 */
export const chunk = { set: 10_000, fill: 2_000, ask: 500, handler: 1_000, compose: 500, deliver: 200 } as const;
