import type { PermissionPolicy } from '../../plugin/permission-policy.ts';
import { defaultPermissionPolicy, permissionPolicySchema } from '../../plugin/permission-policy.ts';
import { readPermissionPolicy } from '../../store/consent-policy.ts';
import type { Transaction } from '../../store/database.ts';

/** The document was read last: every claim of messages asks for it, and it changes a few times a year. */
let last: { text: string; policy: PermissionPolicy } | undefined;

/** What is declared about permission as it stands in the transaction. */
export async function permissionPolicyIn(tx: Transaction): Promise<PermissionPolicy> {
  const text = await readPermissionPolicy(tx);
  if (text === undefined) return defaultPermissionPolicy;
  if (last?.text === text) return last.policy;
  const parsed = permissionPolicySchema.safeParse(JSON.parse(text));
  // Asking people by a document that cannot be read would be worse than not asking.
  if (!parsed.success)
    throw new Error('expected a permission policy as PUT /api/permission/policy takes it: set it anew');
  last = { text, policy: parsed.data };
  return parsed.data;
}
