import type { LinkClaim, MailReport } from '../../customers/index.ts';
import type { SuppressionRow } from '../../store/index.ts';
import type { Parts, Permission } from '../parts.ts';
import type { OptInAnswer, OptInRequest, OptInView } from './opt-ins.ts';
import { askOptIn, confirmOptIn, showOptIn } from './opt-ins.ts';
import type { Decision, Preferences } from './preferences.ts';
import { choosePreferences, showPreferences, unsubscribe } from './preferences.ts';
import { sendOptIns, whyNobodyAsks } from './send-opt-ins.ts';
import type { TakenReport } from './take-report.ts';
import { takeReport } from './take-report.ts';

/** Somebody cannot be asked as the installation is set up: what was expected, and what is there. */
export class PermissionError extends Error {
  override name = 'PermissionError';
}

/**
 * What people decide about what they are sent, by links without a sign-in, and what mail servers report of addresses. A
 * link that this installation has not made is undefined to it, and nothing more is said.
 */
export class PermissionDesk {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  #claim(token: string): LinkClaim | undefined {
    const { permission, customers } = this.#parts;
    return permission && customers.readLink(permission.secret, token);
  }

  async preferences(token: string): Promise<Preferences | undefined> {
    const claim = this.#claim(token);
    const { db, clock } = this.#parts;
    return claim && db.read((tx) => showPreferences(this.#parts, tx, claim, clock.now()));
  }

  async unsubscribe(token: string, decision: Decision): Promise<'done' | 'needed' | undefined> {
    const claim = this.#claim(token);
    const { db, clock } = this.#parts;
    return claim && db.write((tx) => unsubscribe(this.#parts, tx, claim, decision, clock.now()), 'record');
  }

  async choose(
    token: string,
    chosen: readonly { channel: string; purpose: string; on: boolean }[],
    decision: Decision,
  ): Promise<Preferences | undefined> {
    const claim = this.#claim(token);
    const { db, clock } = this.#parts;
    return (
      claim && db.write((tx) => choosePreferences(this.#parts, tx, claim, chosen, decision, clock.now()), 'record')
    );
  }

  /** Throws a PermissionError where no mail could be sent. */
  async ask(request: OptInRequest): Promise<OptInAnswer> {
    const why = whyNobodyAsks(this.#parts);
    if (why !== undefined) throw new PermissionError(why);
    const { db, clock } = this.#parts;
    const permission = this.#parts.permission as Permission;
    return db.write((tx) => askOptIn(this.#parts, permission, tx, request, clock.now()), 'record');
  }

  async optIn(secret: string): Promise<OptInView | undefined> {
    const { db, clock } = this.#parts;
    return db.read((tx) => showOptIn(this.#parts, tx, secret, clock.now()));
  }

  async confirm(secret: string, from: string | undefined): Promise<OptInView | undefined> {
    const { db, clock } = this.#parts;
    return db.write((tx) => confirmOptIn(this.#parts, tx, secret, from, clock.now()), 'record');
  }

  /** Sends the mails of double opt-ins that are due. How many. */
  sendOptIns(): Promise<number> {
    return sendOptIns(this.#parts);
  }

  /** `id` tells one mail from another, so that one that is handed in twice counts once. */
  async report(reports: readonly MailReport[], id: string): Promise<TakenReport[]> {
    const { db, clock } = this.#parts;
    return db.write(async (tx) => {
      const taken: TakenReport[] = [];
      for (const each of reports) taken.push(await takeReport(this.#parts, tx, each, { id, now: clock.now() }));
      return taken;
    }, 'record');
  }

  /** What the list says of an address. */
  async suppressed(channel: string, address: string): Promise<SuppressionRow | undefined> {
    const { db, store } = this.#parts;
    const hash = this.#hash(channel, address);
    return (await db.read((tx) => store.findSuppressions(tx, [{ channel, hash }])))[0];
  }

  async suppress(channel: string, addresses: readonly string[], actor: string): Promise<void> {
    const { db, store, clock } = this.#parts;
    const at = clock.now();
    const rows = addresses.map((address) => ({ channel, hash: this.#hash(channel, address) }));
    await db.write(async (tx) => {
      await store.addSuppressions(
        tx,
        rows.map((row) => ({ ...row, reason: 'manual', at, source: actor })),
      );
      const detail = { channel, addresses: rows.length };
      await store.writeAudit(tx, { loop: store.installation, at, actor, action: 'suppress', detail });
    }, 'life');
  }

  /** False if it was not there. Messages that were withheld stay so. */
  async unsuppress(entry: { channel: string; hash: string }, actor: string): Promise<boolean> {
    const { db, store, clock } = this.#parts;
    return db.write(async (tx) => {
      const [before] = await store.findSuppressions(tx, [entry]);
      if (!(await store.removeSuppression(tx, entry)) || !before) return false;
      const { channel, hash, reason, at: since, source } = before;
      await store.writeAudit(tx, {
        loop: store.installation,
        at: clock.now(),
        actor,
        action: 'unsuppress',
        detail: { channel, hash, reason, since, source },
      });
      return true;
    }, 'life');
  }

  async savePolicy(policy: string, actor: string): Promise<void> {
    const { db, store, clock } = this.#parts;
    await db.write((tx) => store.writePermissionPolicy(tx, { policy, actor, now: clock.now() }), 'life');
  }

  /** False for a version that people have been shown with other words. */
  async saveText(text: { purpose: string; version: string; content: string }, actor: string): Promise<boolean> {
    const { db, store, clock } = this.#parts;
    return db.write(async (tx) => {
      const at = clock.now();
      if (!(await store.saveConsentText(tx, { ...text, at }))) return false;
      const { purpose, version } = text;
      const detail = { purpose, version };
      await store.writeAudit(tx, { loop: store.installation, at, actor, action: 'consent-text', detail });
      return true;
    }, 'life');
  }

  #hash(channel: string, address: string): string {
    const { permission, customers } = this.#parts;
    return customers.suppressionHash(permission?.secret ?? '', channel, address);
  }
}
