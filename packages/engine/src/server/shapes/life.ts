import { z } from '@hono/zod-openapi';
import { contactPolicySchema } from '../../plugin/contact-policy.ts';
import { instant } from './instant.ts';

/** Where a loop is in its life. `draft`: never published. */
export const loopStates = ['draft', 'running', 'paused', 'archived'] as const;

const perNode = z.object({
  node: z.string(),
  label: z.string(),
  version: z.int(),
  /** Came to the node and has not been dealt with. */
  arrived: z.int(),
  /** Its wait has come due, or it was woken. */
  overdue: z.int(),
  /** Messages that are due. */
  messages: z.int(),
});

export const overdueShape = z
  .object({
    loop: z.string(),
    pausedAt: instant.nullable(),
    at: instant,
    nodes: z.array(perNode),
    total: z.object({ arrived: z.int(), overdue: z.int(), messages: z.int() }),
  })
  .openapi('Overdue', { description: 'What came due while the loop was paused, a node at a time.' });
export type Overdue = z.output<typeof overdueShape>;

export const loopStatusShape = z
  .object({
    loop: z.string(),
    name: z.string(),
    state: z.enum(loopStates),
    since: instant,
    /** What may be done to it now. */
    may: z.array(z.enum(['publish', 'pause', 'resume', 'archive', 'restore'])),
    versions: z.array(
      z.object({
        version: z.int(),
        publishedAt: instant,
        turns: z.int(),
        /** Enrollments that have not ended, parked ones among them. */
        live: z.int(),
        parked: z.int(),
      }),
    ),
    nodes: z.array(
      z.object({ node: z.string(), label: z.string(), version: z.int(), waiting: z.int(), parked: z.int() }),
    ),
    messages: z.object({
      queued: z.int(),
      sending: z.int(),
      sent: z.int(),
      failed: z.int(),
      unknown: z.int(),
      suppressed: z.int(),
    }),
    nextDue: instant.nullable(),
  })
  .openapi('LoopStatus');
export type LoopStatus = z.output<typeof loopStatusShape>;

export const auditShape = z
  .object({
    seq: z.int(),
    at: instant,
    actor: z.string(),
    action: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .openapi('Audit');
export type AuditEntry = z.output<typeof auditShape>;

/** Who is meant. Everything given must hold; nothing given means nobody, unless `all` says so. */
export const selectionShape = z
  .strictObject({
    all: z.literal(true).optional(),
    customers: z.array(z.int().positive()).max(100_000).optional(),
    identities: z
      .array(z.strictObject({ kind: z.string().min(1).max(100), value: z.string().min(1).max(1_000) }))
      .max(10_000)
      .optional(),
    /** A rule document over the customer base. */
    rule: z.record(z.string(), z.unknown()).optional(),
    /** Those who stand, or are parked, at this node. */
    node: z.string().max(200).optional(),
    version: z.int().positive().optional(),
  })
  .openapi('Selection');
export type Selection = z.output<typeof selectionShape>;

export const resumeShape = z
  .strictObject({
    /** continue: as if nothing had been. skip: they go on, but get no message before their next wait. exit: they leave the loop. spread: evenly over a time. */
    overdue: z.enum(['continue', 'skip', 'exit', 'spread']),
    /** With spread: over how long, as PT6H. */
    over: z.string().max(50).optional(),
  })
  .openapi('Resume');
export type ResumeChoice = z.output<typeof resumeShape>;

export const migrationShape = z
  .strictObject({
    /** The version that they are in; all older ones when left out. */
    from: z.int().positive().optional(),
    /** The version that they come to; the newest when left out. */
    to: z.int().positive().optional(),
    /** Old node → new node, or null to end there. Nodes that are not named stay where their id is still there; those whose id is gone must be named. */
    map: z.record(z.string().max(200), z.string().max(200).nullable()).default({}),
    dryRun: z.boolean().default(false),
  })
  .openapi('Migration');
export type Migration = z.output<typeof migrationShape>;

export const migrationResultShape = z
  .object({
    loop: z.string(),
    to: z.int(),
    dryRun: z.boolean(),
    moves: z.array(
      z.object({
        version: z.int(),
        from: z.string(),
        /** null: they end. undefined in none: a node that the map must name stands in `missing`. */
        to: z.string().nullable(),
        /** Keep their wait with its instant; the others arrive anew. */
        keep: z.boolean(),
        customers: z.int(),
        parked: z.int(),
        /** Their message is on its way: they follow in a later run. */
        awaitingReceipt: z.int(),
      }),
    ),
    /** Nodes with people whose id the new version does not have, and the map does not name. Then nobody is moved. */
    missing: z.array(z.object({ version: z.int(), node: z.string(), customers: z.int() })),
    moved: z.int(),
    ended: z.int(),
  })
  .openapi('MigrationResult');
export type MigrationResult = z.output<typeof migrationResultShape>;

export const interventionShape = z
  .object({
    /** Enrollments that were changed; with a dry run, that would be. */
    enrollments: z.int(),
    entered: z.int().optional(),
    messages: z.int().optional(),
    dryRun: z.boolean(),
  })
  .openapi('Intervention');
export type Intervention = z.output<typeof interventionShape>;

/** The document itself, as the runner holds to it. */
export const contactPolicyShape = z.strictObject(contactPolicySchema.shape).openapi('ContactPolicy');
export type ContactPolicy = z.output<typeof contactPolicyShape>;

/** Said in the body, or as ?dryRun=true: either keeps everything as it is, and counts. */
const dryRun = z.boolean().default(false);

export const cancelShape = z.strictObject({ selection: selectionShape, dryRun }).openapi('Cancel');
/** `node`: the entry that they come in by, the loop's first unless told. */
export const replayShape = z
  .strictObject({ selection: selectionShape, node: z.string().max(200).optional(), dryRun })
  .openapi('Replay');
export const retryShape = z.strictObject({ selection: selectionShape, dryRun }).openapi('Retry');
/** `port`: by which they leave their node, its first unless told. `exit`: they leave the loop instead. */
export const releaseShape = z
  .strictObject({
    selection: selectionShape,
    port: z.string().max(200).optional(),
    exit: z.boolean().default(false),
    dryRun,
  })
  .openapi('Release');
export const redriveShape = z
  .strictObject({
    status: z.enum(['failed', 'unknown']),
    /** All of that status when left out. */
    keys: z.array(z.string().min(1).max(500)).max(100_000).optional(),
    node: z.string().max(200).optional(),
    dryRun,
  })
  .openapi('Redrive');
export const enterShape = z
  .strictObject({
    /** The entry that they come in by, the loop's first unless told. */
    node: z.string().max(200).optional(),
    /** What tells several enrollments of one customer apart, as the id of a cart. */
    key: z.string().max(500).optional(),
    parties: z
      .array(
        z.strictObject({
          identities: z
            .array(z.strictObject({ kind: z.string().min(1).max(100), value: z.string().min(1).max(1_000) }))
            .min(1)
            .max(100),
          traits: z.record(z.string().max(500), z.unknown()).default({}),
          /** What they have permitted or refused, with where that is known from. */
          consents: z
            .array(
              z.strictObject({
                channel: z.string().min(1).max(100),
                purpose: z.string().min(1).max(100),
                granted: z.boolean(),
                source: z.string().min(1).max(500).default('api'),
                proof: z.string().max(10_000).optional(),
              }),
            )
            .max(100)
            .default([]),
        }),
      )
      .min(1)
      .max(10_000),
  })
  .openapi('Enter');
