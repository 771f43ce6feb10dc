import type { Loop } from '../loop/loop.ts';
import type { Problem } from '../loop/problem.ts';
import type { CallOutcome } from './shapes/person.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { SourceRecord } from '../plugin/node-type.ts';
import type { NodeTypeDescription } from '../plugin/registry.ts';
import type { ServerLog } from './log.ts';
import type { CustomerPage, CustomerView, Fields } from './shapes/customer.ts';
import type { ErasureCounts, PersonChange, PersonExport } from './shapes/person.ts';
import type { PrivacyPolicy } from './shapes/privacy.ts';
import type { Timeline } from './shapes/timeline.ts';
import type { Sight } from './privacy.ts';
import type { Role } from './roles.ts';
import type { IdentityPolicy } from '../plugin/identity/policy.ts';
import type { DecidedProposal, Organizing, ProposalPage, Unmerged } from './shapes/identity.ts';
import type { Import, ImportPreview, ImportSummary } from './shapes/import.ts';
import type { Mail, MailPage } from './shapes/inbox.ts';
import type {
  AuditEntry,
  ContactPolicy,
  Intervention,
  LoopStatus,
  Migration,
  MigrationResult,
  Overdue,
  ResumeChoice,
  Selection,
} from './shapes/life.ts';
import type { Counts, Learning, LoopDetail, LoopSummary, NodeReport, Parked } from './shapes/loop.ts';
import type { LedgerMessage } from './shapes/message.ts';
import type { NodePorts } from './shapes/node.ts';
import type {
  ListChange,
  Segment,
  SegmentMembers,
  SegmentOverlap,
  SegmentPreview,
  StaticList,
} from './shapes/segment.ts';
import type { CustomerSchema, DeclareAttribute, DeclareEvent, MisfitField, Misfits, TakenIn } from './shapes/schema.ts';
import type { Clock, User } from './shapes/session.ts';
import type { SaveTypology, Typology, TypologyProposal, TypologySettings } from './shapes/typology.ts';
import type { PermissionPort } from './permission-ports.ts';
import type { IngestPort, HooksPort } from './intake-ports.ts';

/*
 * What the server stands on. Instants are epoch milliseconds here; the routes turn them into ISO 8601. Where a thing is not
 * there a port answers undefined; for anything else that the client must be told it throws ServerError or LoopError.
 */

export interface LoopsPort {
  list(): Promise<readonly LoopSummary[]>;
  get(id: string): Promise<LoopDetail | undefined>;
  /** Under the document's own id. Throws a conflict when the id is taken. */
  create(document: Loop): Promise<LoopDetail>;
  /** Throws a conflict when the stored revision is another than the one that the change was made on. */
  saveDraft(document: Loop, expectedRevision: number): Promise<LoopDetail>;
  /** Throws a conflict when people are in it. */
  remove(id: string): Promise<void>;
  /** Throws LoopError when the draft is not sound, a conflict when the revision is another. */
  publish(id: string, expectedRevision: number, actor: string): Promise<{ version: number }>;
  /** Any JSON: what the schema says against it is a problem like any other. */
  validate(document: unknown): Promise<readonly Problem[]>;
  counts(id: string): Promise<Counts | undefined>;
  reports(id: string): Promise<readonly NodeReport[]>;
  learnings(id: string): Promise<readonly Learning[]>;
  parked(id: string, limit: number): Promise<readonly Parked[]>;
}

/**
 * What people do to a running loop. `actor` is who did it, for the audit. Throws a conflict (409) for what its state does
 * not allow, 422 for a selection, rule or mapping that is not sound; undefined where there is no such loop.
 */
export interface LifePort {
  status(loop: string): Promise<LoopStatus | undefined>;
  audit(loop: string, limit: number): Promise<readonly AuditEntry[] | undefined>;
  overdue(loop: string): Promise<Overdue | undefined>;
  /** No step after the promise has settled. */
  pause(loop: string, actor: string): Promise<void>;
  resume(loop: string, choice: ResumeChoice, actor: string): Promise<Overdue>;
  archive(loop: string, actor: string): Promise<void>;
  restore(loop: string, actor: string): Promise<void>;
  migrate(loop: string, migration: Migration, actor: string): Promise<MigrationResult>;
  /** Ends live enrollments wherever they stand; their queued messages are suppressed. */
  cancel(loop: string, selection: Selection, options: { dryRun: boolean }, actor: string): Promise<Intervention>;
  /** Once more from an entry, whatever its rule about coming again; whoever is still in the loop is cancelled first. */
  replay(
    loop: string,
    selection: Selection,
    options: { node?: string; dryRun: boolean },
    actor: string,
  ): Promise<Intervention>;
  /** Parked customers arrive at their node anew. */
  retry(loop: string, selection: Selection, options: { dryRun: boolean }, actor: string): Promise<Intervention>;
  /** Parked customers leave their node by a port, its first unless told, or leave the loop. */
  release(
    loop: string,
    selection: Selection,
    options: { port?: string; exit: boolean; dryRun: boolean },
    actor: string,
  ): Promise<Intervention>;
  /** Messages that failed for good, or of which nobody knows, go into the outbox once more, with their own keys. */
  redrive(
    loop: string,
    messages: { status: 'failed' | 'unknown'; keys?: readonly string[]; node?: string },
    options: { dryRun: boolean },
    actor: string,
  ): Promise<Intervention>;
  /** Lets parties in whom another system names; unknown ones are made. */
  enter(
    loop: string,
    entry: { node?: string; key?: string; parties: readonly SourceRecord[] },
    actor: string,
  ): Promise<{ entered: number }>;
}

/** Named segments. Throws 422 for a rule that is not sound, a conflict when what is to be deleted is in use. */
export interface SegmentsPort {
  list(): Promise<readonly Segment[]>;
  get(id: string): Promise<Segment | undefined>;
  save(segment: { id: string; name: string; rule: unknown }): Promise<void>;
  /** False if there is none. */
  remove(id: string): Promise<boolean>;
  /** Whom a rule selects, without saving it. `id`: the segment that it would become, which it may not lead to. `signal`: nobody waits for the answer any more. */
  preview(rule: unknown, options: { id?: string; signal?: AbortSignal }): Promise<SegmentPreview>;
  /** With each other segment, or with one. */
  overlap(id: string, other?: string): Promise<readonly SegmentOverlap[]>;
  members(id: string, page: { after?: string; limit: number }): Promise<SegmentMembers | undefined>;
}

/** Typologies, worked out beside the thread that serves. Throws 422 for settings that give none. */
export interface TypologiesPort {
  list(): Promise<readonly Typology[]>;
  propose(settings: TypologySettings, options: { signal?: AbortSignal }): Promise<TypologyProposal>;
  save(id: string, typology: SaveTypology): Promise<void>;
  /** False if there is none. */
  remove(id: string): Promise<boolean>;
}

/** Static lists. Keys are identities of any kind, or `#` and the id of a customer. */
export interface ListsPort {
  list(): Promise<readonly StaticList[]>;
  save(list: { id: string; name: string }): Promise<void>;
  /** Undefined if there is no such list. */
  add(id: string, keys: readonly string[], source: string): Promise<ListChange | undefined>;
  take(id: string, keys: readonly string[]): Promise<ListChange | undefined>;
  /** Throws a conflict when a segment or a published loop uses it. False if there is none. */
  remove(id: string): Promise<boolean>;
}

/** What traits and event types there are. `actor` is who changes that, for the audit. Throws 422 for a declaration that cannot be. */
export interface SchemaPort {
  show(): Promise<CustomerSchema>;
  declareAttribute(field: MisfitField, declaration: DeclareAttribute, actor: string): Promise<void>;
  /** False if there is none. */
  undeclareAttribute(field: MisfitField, actor: string): Promise<boolean>;
  declareEvent(type: string, declaration: DeclareEvent, actor: string): Promise<void>;
  undeclareEvent(type: string, actor: string): Promise<boolean>;
  close(closed: boolean, actor: string): Promise<void>;
  /** `personal`: whether their values tell who somebody is. */
  misfits(query: { event?: string; name?: string; limit: number }): Promise<
    readonly (Omit<Misfits, 'samples'> & {
      personal: boolean;
      samples: readonly Omit<Misfits['samples'][number], 'hidden'>[];
    })[]
  >;
  takeIn(field: MisfitField, actor: string): Promise<TakenIn>;
  discard(field: MisfitField, actor: string): Promise<number>;
  audit(limit: number): Promise<readonly AuditEntry[]>;
}

export interface PolicyPort {
  read(): Promise<ContactPolicy>;
  write(policy: ContactPolicy, actor: string): Promise<void>;
  /** Who set it, and what held before. The latest first. */
  audit(limit: number): Promise<readonly AuditEntry[]>;
}

/** Who is who: the policy, customers who may be one, merges that are undone. Throws a conflict for one that cannot be. */
export interface IdentityPort {
  policy(): Promise<IdentityPolicy>;
  writePolicy(policy: IdentityPolicy, actor: string): Promise<void>;
  proposals(page: { after?: string | undefined; limit: number }): Promise<ProposalPage>;
  decisions(limit: number): Promise<readonly DecidedProposal[]>;
  /** Undefined where the two are not proposed, or it has been decided. */
  decide(
    customer: number,
    other: number,
    decision: 'merge' | 'apart',
    actor: string,
  ): Promise<{ survivor: number | null } | undefined>;
  decideAll(which: { above: number; decision: 'merge' | 'apart'; dryRun: boolean }, actor: string): Promise<number>;
  /** The last search for customers who are one by likeness, since this server began; null when there was none. */
  organizing(): Promise<Organizing | null>;
  /** Begins one, which goes on beside everything else. Throws a conflict while another is under way. */
  organize(actor: string): Promise<Organizing>;
  /** Undefined if there is no such customer. */
  unmerge(customer: number, actor: string): Promise<Unmerged | undefined>;
}

/** Secrets by which programs use the API. Only digests are kept. */
export interface TokensPort {
  list(): Promise<readonly ApiToken[]>;
  /** `secret` is told once. */
  create(token: {
    name: string;
    role: 'admin' | 'operator' | 'viewer';
    expiresAt?: number;
  }): Promise<ApiToken & { secret: string }>;
  revoke(digest: string): Promise<boolean>;
  /** Who shows this secret; undefined when it is unknown or too old. */
  check(secret: string): Promise<ApiToken | undefined>;
}

export interface ApiToken {
  digest: string;
  name: string;
  role: 'admin' | 'operator' | 'viewer';
  createdAt: number;
  expiresAt?: number;
  usedAt?: number;
}

export interface CustomersPort {
  /** `blind`: for a caller who may not see what tells who somebody is, and must not find it out by searching. */
  search(query: { search?: string; after?: string; limit: number; blind?: boolean }): Promise<CustomerPage>;
  show(id: number): Promise<Omit<CustomerView, 'hidden'> | undefined>;
  /** Whom a key names: `#12`, `email:ann@example.com`, or a value of any kind. Throws a conflict where it names several. */
  find(key: string): Promise<number | undefined>;
  /** Throws 400 for a cursor that was never given out. Undefined if there is no such customer, as below. */
  timeline(
    id: number,
    query: { kinds?: readonly string[]; after?: string; limit: number },
  ): Promise<Timeline | undefined>;
  /** What was refused, in words. */
  change(id: number, change: PersonChange, actor: string): Promise<readonly string[] | undefined>;
  /** How a call of a call list went. Throws a conflict when it is answered for already. */
  answerCall(
    id: number,
    call: { task: string; outcome: CallOutcome; note?: string },
    actor: string,
  ): Promise<true | undefined>;
  /** All that is known, as one document; that it was taken is written down. */
  exportPerson(id: number, actor: string): Promise<PersonExport | undefined>;
  /** Takes away all that names or describes a person, or counts what would be taken away. */
  erase(id: number, options: { dryRun: boolean }, actor: string): Promise<ErasureCounts | undefined>;
  /** Sampled from what is stored; the server asks at most every few seconds. */
  fields(): Promise<Fields>;
}

/** What each role may see of a person. */
export interface PrivacyPort {
  read(): Promise<PrivacyPolicy>;
  write(policy: PrivacyPolicy, actor: string): Promise<void>;
  sight(role: Role): Promise<Sight>;
}

export interface ImportPort {
  import(
    file: ReadableStream<Uint8Array>,
    options: { name: string; key?: string; loop?: string; signal: AbortSignal },
  ): Promise<ImportSummary>;
  upload(file: ReadableStream<Uint8Array>, options: { name: string; signal: AbortSignal }): Promise<Import>;
  /** The others answer undefined where there is no such upload. A mapping that does not fit the file is a problem of the preview. */
  preview(id: string, mapping: Record<string, unknown>): Promise<ImportPreview | undefined>;
  /** Begins; throws where the mapping is not sound, the loop is not published, or it runs already. */
  run(id: string, options: { mapping: Record<string, unknown>; loop?: string }): Promise<Import | undefined>;
  state(id: string): Promise<Import | undefined>;
  rejects(id: string): Promise<{ name: string; stream: ReadableStream<Uint8Array> } | undefined>;
  /** Stops it too. False if there is none. */
  remove(id: string): Promise<boolean>;
}

export interface MessagesPort {
  list(query: { loop?: string; status?: string; after?: string; limit: number }): Promise<readonly LedgerMessage[]>;
}

export interface ClockPort {
  read(): Clock;
}

/** The demo's own mailbox. */
export interface InboxPort {
  list(query: { after?: string; limit: number }): Promise<MailPage>;
  get(id: string): Promise<Mail | undefined>;
}

export interface WriteKeysPort {
  list(): Promise<readonly { digest: string; name: string; createdAt: number }[]>;
  add(key: { digest: string; name: string }): Promise<{ createdAt: number }>;
}

export interface NodesPort {
  describe(): readonly NodeTypeDescription[];
  /** Undefined for a type that is not installed. */
  ports(type: string, settings: JsonObject): NodePorts | undefined;
}

export interface Figure {
  /** A Prometheus name, as `osicam_positions`. */
  readonly name: string;
  readonly help: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface HealthPort {
  /** Rejects, or does not settle, while the engine cannot work. */
  ready(): Promise<void>;
  /** Gauges of the engine for Prometheus. */
  figures(): Promise<readonly Figure[]>;
}

export interface AuthPort {
  /** Everything under /api/auth. `address` is the client's, for the rate limit. */
  handler(request: Request, address: string | undefined): Promise<Response>;
  /** `cookies` prolong a session that is in use. */
  session(headers: Headers): Promise<{ user: User; cookies?: readonly string[] } | undefined>;
  /** The cookies that sign its owner in; undefined when the token is used up, too old, or was never given out. */
  redeemSignInToken(token: string): Promise<readonly string[] | undefined>;
}

export interface ServerPorts {
  readonly installation: { readonly version: string; readonly demo: boolean };
  /** The address that users see, as `http://127.0.0.1:4100`. */
  readonly baseURL: string;
  /** The built editor. Without it the server has no pages. */
  readonly editorFolder?: string;
  readonly log: ServerLog;
  /** Aborted when the process is about to stop, so that live feeds end. */
  readonly stopping?: AbortSignal;
  readonly auth: AuthPort;
  readonly loops: LoopsPort;
  readonly customers: CustomersPort;
  readonly privacy: PrivacyPort;
  readonly imports: ImportPort;
  readonly ingest: IngestPort;
  readonly messages: MessagesPort;
  readonly clock: ClockPort;
  readonly nodes: NodesPort;
  /** Time zone of schedules that name none; UTC where it is left out. */
  readonly zone?: string;
  readonly writeKeys: WriteKeysPort;
  readonly health: HealthPort;
  readonly life: LifePort;
  readonly policy: PolicyPort;
  readonly identity?: IdentityPort;
  readonly segments?: SegmentsPort;
  readonly typologies?: TypologiesPort;
  readonly lists?: ListsPort;
  readonly schema?: SchemaPort;
  readonly hooks?: HooksPort;
  readonly tokens: TokensPort;
  readonly permission?: PermissionPort;
  /** Only in the demo. */
  readonly inbox?: InboxPort;
}
