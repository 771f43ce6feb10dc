import type { MailReport } from '../../customers/index.ts';
import type {
  Decision,
  Engine,
  OptInAnswer,
  OptInRequest,
  OptInView,
  Preferences,
  TakenReport,
} from '../../runner/index.ts';
import { PermissionError } from '../../runner/index.ts';
import { ServerError } from '../../server/index.ts';
import type { SuppressionRow } from '../../store/index.ts';

/** How long the sender of opt-in mails sleeps at most, in real milliseconds: whoever asks for one wakes it. */
const longestSleep = 1_000;

/** What people decide about what they are sent, in the thread that writes. */
export function permissionMethods({ permission }: Pick<Engine, 'permission'>, changed: () => void) {
  let wake = () => {};
  const after = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      changed();
    }
  };
  return {
    send: (): Promise<number> => permission.sendOptIns(),
    rest: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, longestSleep).unref();
      }),
    wake: () => wake(),
    methods: {
      showPreferences: (token: string): Promise<Preferences | undefined> => permission.preferences(token),
      unsubscribe: (token: string, decision: Decision): Promise<'done' | 'needed' | undefined> =>
        after(permission.unsubscribe(token, decision)),
      choosePreferences: (
        token: string,
        chosen: readonly { channel: string; purpose: string; on: boolean }[],
        decision: Decision,
      ): Promise<Preferences | undefined> => after(permission.choose(token, chosen, decision)),
      askOptIn: async (request: OptInRequest): Promise<OptInAnswer> => {
        try {
          return await permission.ask(request);
        } catch (error) {
          if (error instanceof PermissionError) throw new ServerError(422, 'cannot-ask', error.message);
          throw error;
        } finally {
          wake();
        }
      },
      showOptIn: (secret: string): Promise<OptInView | undefined> => permission.optIn(secret),
      confirmOptIn: (secret: string, from: string | undefined): Promise<OptInView | undefined> =>
        after(permission.confirm(secret, from)),
      takeReports: (reports: readonly MailReport[], id: string): Promise<TakenReport[]> =>
        after(permission.report(reports, id)),
      findSuppressed: (channel: string, address: string): Promise<SuppressionRow | undefined> =>
        permission.suppressed(channel, address),
      suppress: (channel: string, addresses: readonly string[], actor: string): Promise<void> =>
        permission.suppress(channel, addresses, actor),
      unsuppress: (entry: { channel: string; hash: string }, actor: string): Promise<boolean> =>
        permission.unsuppress(entry, actor),
      savePermissionPolicy: (policy: string, actor: string): Promise<void> => permission.savePolicy(policy, actor),
      saveConsentText: (text: { purpose: string; version: string; content: string }, actor: string): Promise<boolean> =>
        permission.saveText(text, actor),
    },
  };
}
