import type { Keys } from '../../plugin/identity/keys.ts';
import { keysOf } from '../../plugin/identity/keys.ts';
import type { IdentityPolicy } from '../../plugin/identity/policy.ts';
import { defaultIdentityPolicy, identityPolicySchema } from '../../plugin/identity/policy.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Transaction } from '../../store/database.ts';
import { readMeta, writeMeta } from '../../store/meta.ts';
import { installation } from '../../store/policy.ts';

const name = 'identity_policy';

/** The last policy that was read, and what follows from it: a batch asks for the text alone, which takes 5 µs. */
let last = {
  text: undefined as string | undefined,
  policy: defaultIdentityPolicy,
  keys: keysOf(defaultIdentityPolicy),
};

async function current(tx: Transaction): Promise<typeof last> {
  const text = await readMeta(tx, name);
  if (text !== last.text) {
    const policy = text === undefined ? defaultIdentityPolicy : identityPolicySchema.parse(JSON.parse(text));
    last = { text, policy, keys: keysOf(policy) };
  }
  return last;
}

/** Who is who, as this installation has it. */
export const readIdentityPolicy = async (tx: Transaction): Promise<IdentityPolicy> => (await current(tx)).policy;

/** The kinds of keys, and the one form of their values. */
export const readKeys = async (tx: Transaction): Promise<Keys> => (await current(tx)).keys;

/**
 * Sets the policy, and writes down who did and what held before. It holds for what comes from now on: keys that are stored
 * keep the form that they have.
 */
export async function writeIdentityPolicy(
  tx: Transaction,
  { policy, actor, now }: { policy: IdentityPolicy; actor: string; now: number },
): Promise<void> {
  const before = await readMeta(tx, name);
  await writeMeta(tx, name, JSON.stringify(policy));
  await writeAudit(tx, {
    loop: installation,
    at: now,
    actor,
    action: 'identity policy',
    detail: { before: before === undefined ? null : JSON.parse(before), after: policy },
  });
}
