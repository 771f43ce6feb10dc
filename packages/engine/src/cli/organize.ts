import { planOrganizing, propose, readIdentityPolicy } from '../customers/index.ts';
import type { IdentityPolicy } from '../plugin/index.ts';
import { identityPolicySchema } from '../plugin/index.ts';
import type { Engine } from '../runner/index.ts';
import type { Database } from '../store/index.ts';
import { CliError } from './cli-error.ts';

/** Rows of an answer that are shown one by one; all are counted, and stored. */
const shown = 100;
/** Merges in one transaction: a few milliseconds each at most, so that nobody else waits for long. */
const atOnce = 100;

interface Pair {
  score: number;
  why: string;
}

export interface OrganizeResult {
  customers: number;
  /** Pairs that were compared. */
  compared: number;
  merged: number;
  proposed: number;
  dryRun: boolean;
  thresholds: { merge: number; propose: number };
  /** Keys that too many share to compare each with each. */
  oversized: { keys: number; customers: number; largest: number };
  seconds: number;
  /** The most that the process has held, in bytes. */
  memory: number;
  /** The most certain first, a hundred of each. */
  merges: (Pair & { customer: number; into: number })[];
  proposals: (Pair & { customer: number; other: number })[];
}

/** The deduplication of a whole base: who is certain enough is merged, who is nearly so is proposed. Without an engine nothing is changed. */
export async function organize(
  db: Pick<Database, 'read'> & Partial<Pick<Database, 'write'>>,
  {
    engine,
    thresholds = {},
    now,
    onProgress,
  }: {
    engine?: Engine;
    thresholds?: { merge?: number; propose?: number };
    now: number;
    onProgress?: (what: string, done: number) => void;
  },
): Promise<OrganizeResult> {
  const begun = performance.now();
  const policy = withThresholds(await db.read((tx) => readIdentityPolicy(tx)), thresholds);
  const { merge, propose: from } = policy.likeness;
  const plan = await planOrganizing(db, { policy, onProgress: (done) => onProgress?.('comparing', done) });
  let merged = plan.merges.length;
  if (engine && db.write) {
    merged = 0;
    for (let at = 0; at < plan.merges.length; at += atOnce) {
      merged += (await engine.merge(plan.merges.slice(at, at + atOnce), 'organize')).length;
      onProgress?.('merging', (at + atOnce) / plan.merges.length);
    }
    for (let at = 0; at < plan.proposals.length; at += 1_000) {
      const some = plan.proposals.slice(at, at + 1_000);
      await db.write((tx) => propose(tx, some, now), 'life');
    }
  }
  return {
    customers: plan.customers,
    compared: plan.pairs,
    merged,
    proposed: plan.proposals.length,
    dryRun: engine === undefined,
    thresholds: { merge, propose: from },
    oversized: plan.oversized,
    seconds: Math.round((performance.now() - begun) / 10) / 100,
    memory: process.resourceUsage().maxRSS * 1024,
    merges: plan.merges.toSorted((a, b) => b.score - a.score).slice(0, shown),
    proposals: plan.proposals.slice(0, shown),
  };
}

function withThresholds(
  policy: IdentityPolicy,
  { merge, propose: from }: { merge?: number; propose?: number },
): IdentityPolicy {
  const likeness = {
    ...policy.likeness,
    ...(merge === undefined ? {} : { merge }),
    ...(from === undefined ? {} : { propose: from }),
  };
  const parsed = identityPolicySchema.safeParse({ ...policy, likeness });
  if (parsed.success) return parsed.data;
  throw new CliError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '), 2);
}
