import { contactPolicySchema, defaultContactPolicy } from '../../plugin/contact-policy.ts';
import type { PolicyPort } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import { installation, readAudit, readPolicy } from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** The contact policy of the installation: one document, that holds from the next message on. */
export function createPolicyPort(read: Read, host: Pick<EngineHost, 'writePolicy'>): PolicyPort {
  return {
    read: async () => {
      const text = await read((tx) => readPolicy(tx));
      return text === undefined ? defaultContactPolicy : contactPolicySchema.parse(JSON.parse(text));
    },
    write: (policy, actor) => host.writePolicy(JSON.stringify(contactPolicySchema.parse(policy)), actor),
    audit: (limit) =>
      read(async (tx) =>
        (await readAudit(tx, installation, limit, 'policy')).map(({ detail, ...row }) => ({
          ...row,
          detail: JSON.parse(detail),
        })),
      ),
  };
}
