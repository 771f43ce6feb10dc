import { knownPersonal } from '../../customers/index.ts';
import type { PrivacyPort } from '../../server/index.ts';
import { defaultPrivacyPolicy, privacyPolicyShape, sightOf } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import { readMeta } from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';
import { privacyPolicyName } from '../host/person-methods.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** What each role may see: the policy as it stands, and what the schema takes for personal, at every question. */
export function createPrivacyPort(read: Read, host: Pick<EngineHost, 'writePrivacyPolicy'>): PrivacyPort {
  const policyIn = async (tx: Transaction) => {
    const text = await readMeta(tx, privacyPolicyName);
    return text === undefined ? defaultPrivacyPolicy : privacyPolicyShape.parse(JSON.parse(text));
  };
  return {
    read: () => read(policyIn),
    write: async (policy, actor) => {
      const before = await read(policyIn);
      await host.writePrivacyPolicy(JSON.stringify(policy), JSON.stringify(before), actor);
    },
    sight: (role) => read(async (tx) => sightOf(role, await policyIn(tx), await knownPersonal(tx))),
  };
}
