import { createHash } from 'node:crypto';
import { normalAddress, permissionPolicyIn, readReport, ReportError } from '../../customers/index.ts';
import type { PermissionPort } from '../../server/index.ts';
import { conflict, ServerError } from '../../server/index.ts';
import type { Database, SuppressionRow } from '../../store/index.ts';
import { countPendingOptIns, countSuppressions, listConsentTexts, listSuppressions } from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';

type Host = Pick<
  EngineHost,
  | 'showPreferences'
  | 'unsubscribe'
  | 'choosePreferences'
  | 'askOptIn'
  | 'showOptIn'
  | 'confirmOptIn'
  | 'takeReports'
  | 'findSuppressed'
  | 'suppress'
  | 'unsuppress'
  | 'savePermissionPolicy'
  | 'saveConsentText'
>;

/** What people may be sent: decided by themselves without a sign-in, declared and looked after by whoever signs in. */
export function createPermissionPort(
  read: Database['read'],
  host: Host,
  { publicURL, now }: { publicURL: string | undefined; now: () => number },
): PermissionPort {
  const policy = () => read((tx) => permissionPolicyIn(tx));
  return {
    policy,
    preferences: (token) => host.showPreferences(token),
    unsubscribe: (token, decision) => host.unsubscribe(token, decision),
    choose: (token, chosen, decision) => host.choosePreferences(token, chosen, decision),
    optIn: (secret) => host.showOptIn(secret),
    confirm: (secret, from) => host.confirmOptIn(secret, from),
    ask: (request) => host.askOptIn({ ...request, address: normalAddress('email', request.address) }),

    state: async () => ({
      policy: await policy(),
      publicURL: publicURL ?? null,
      pending: await read((tx) => countPendingOptIns(tx, now())),
    }),
    savePolicy: (next, actor) => host.savePermissionPolicy(JSON.stringify(next), actor),
    texts: () => read((tx) => listConsentTexts(tx)),
    saveText: async (text, actor) => {
      if (await host.saveConsentText(text, actor)) return;
      throw conflict(
        `people have been shown version ${text.version} of ${text.purpose} with other words: save these under another version`,
      );
    },
    suppressions: ({ after, limit }) =>
      read(async (tx) => {
        const rows = await listSuppressions(tx, { after: after === undefined ? undefined : placeOf(after), limit });
        const last = rows.length === limit ? rows.at(-1) : undefined;
        const counts = (await countSuppressions(tx)) as Awaited<ReturnType<PermissionPort['suppressions']>>['counts'];
        return { suppressions: rows, next: last ? cursorOf(last) : null, counts };
      }),
    suppressed: (channel, address) => host.findSuppressed(channel, address),
    suppress: (channel, addresses, actor) => host.suppress(channel, addresses, actor),
    unsuppress: (entry, actor) => host.unsuppress(entry, actor),
    report: async (raw) => {
      try {
        return await host.takeReports(await readReport(raw), createHash('sha256').update(raw).digest('base64url'));
      } catch (error) {
        if (error instanceof ReportError) throw new ServerError(422, 'no-report', error.message);
        throw error;
      }
    },
  };
}

const cursorOf = ({ at, channel, hash }: SuppressionRow): string =>
  Buffer.from(JSON.stringify([at, channel, hash])).toString('base64url');

function placeOf(cursor: string): { at: number; channel: string; hash: string } {
  try {
    const [at, channel, hash] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, string, string];
    if (Number.isSafeInteger(at) && typeof channel === 'string' && typeof hash === 'string')
      return { at, channel, hash };
  } catch {
    // Said below.
  }
  throw new ServerError(400, 'invalid', 'expected after as the next of the page before');
}
