import type { Loop } from '../loop/loop.ts';
import { LoopError } from '../loop/problem.ts';
import { newApiToken } from './api-tokens.ts';
import { createApp } from './create-app.ts';
import type { App } from './endpoint.ts';
import { readRequest } from './ingest/read-request.ts';
import type { ApiToken, LifePort, LoopsPort, PolicyPort, ServerPorts, TokensPort } from './ports.ts';
import type { IngestedRecord } from './intake-ports.ts';
import { sightOf } from './privacy.ts';
import { conflict } from './server-error.ts';
import { defaultPrivacyPolicy } from './shapes/privacy.ts';
import type { Import } from './shapes/import.ts';
import { nothingImported } from './shapes/import.ts';
import { contactPolicyShape } from './shapes/life.ts';
import type { AuditEntry, Intervention, LoopStatus, Overdue } from './shapes/life.ts';
import type { Counts, LoopDetail } from './shapes/loop.ts';

/** For tests of routes: ports that hold what they are given in memory, and a log that remembers its lines. */
export interface TestPorts {
  ports: ServerPorts;
  ingested: IngestedRecord[];
  lines: { level: string; fields: object; message: string }[];
  counts: Map<string, Counts>;
  /** What was done to loops: verb, loop, what was asked, and by whom. */
  done: unknown[][];
}

export const noon = Date.parse('2026-03-01T12:00:00.000Z');

export function testPorts(changes: Partial<ServerPorts> = {}): TestPorts {
  const ingested: IngestedRecord[] = [];
  const lines: TestPorts['lines'] = [];
  const counts = new Map<string, Counts>();
  const done: unknown[][] = [];
  const keys: { digest: string; name: string; createdAt: number }[] = [];
  const line = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const ports: ServerPorts = {
    installation: { version: '0.1.0', demo: false },
    baseURL: 'http://127.0.0.1:4100',
    log: { debug: line('debug'), warn: line('warn'), error: line('error') },
    auth: {
      handler: async () => new Response('{}'),
      session: async (headers) =>
        headers.get('cookie') === 'signed-in'
          ? { user: { id: 'u1', name: 'Ada', email: 'ada@example.com' }, cookies: [] }
          : undefined,
      redeemSignInToken: async () => undefined,
    },
    loops: loopsInMemory(counts),
    customers: {
      search: async () => ({ customers: [], next: null, total: 0 }),
      show: async () => undefined,
      find: async () => undefined,
      timeline: async () => undefined,
      change: async () => undefined,
      answerCall: async () => undefined,
      exportPerson: async () => undefined,
      erase: async () => undefined,
      fields: async () => ({ traits: [], events: [], groups: [] }),
    },
    privacy: {
      read: async () => defaultPrivacyPolicy,
      write: async () => undefined,
      sight: async (role) =>
        sightOf(role, defaultPrivacyPolicy, {
          isPersonal: (trait) => ['name', 'email', 'phone'].includes(trait),
          isPersonalProperty: () => false,
        }),
    },
    imports: {
      import: async (file) => {
        let rows = 0;
        for await (const chunk of file) rows += chunk.length;
        return { ...nothingImported(), rows };
      },
      ...uploadsInMemory(),
    },
    ingest: {
      holdOff: () => undefined,
      accept: async (request) => {
        ingested.push(...readRequest(request).calls.filter((call) => typeof call !== 'string'));
      },
      state: async () => ({ waiting: 0, oldest: undefined, aside: 0 }),
      aside: async () => [],
      retry: async () => 0,
      discard: async () => 0,
    },
    messages: { list: async () => [] },
    clock: { read: () => ({ mode: 'virtual', now: noon, speed: 1 }) },
    nodes: { describe: () => [], ports: () => undefined },
    writeKeys: {
      list: async () => keys,
      add: async (key) => {
        keys.push({ ...key, createdAt: noon });
        return { createdAt: noon };
      },
    },
    health: { ready: async () => undefined, figures: async () => [] },
    life: lifeInMemory(done),
    policy: policyInMemory(done),
    tokens: tokensInMemory(),
    ...changes,
  };
  return { ports, ingested, lines, counts, done };
}

/** Calls as a signed-in browser of this server makes them. */
export function asBrowser(app: App) {
  return (method: string, path: string, body?: unknown): Promise<Response> =>
    Promise.resolve(
      app.request(path, {
        method,
        headers: {
          cookie: 'signed-in',
          'sec-fetch-site': 'same-origin',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
}

/** Calls as a program that shows a token. */
export function asProgram(app: App, token: string) {
  return (method: string, path: string, body?: unknown): Promise<Response> =>
    Promise.resolve(
      app.request(path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
}

export const browserOf = (ports: ServerPorts) => asBrowser(createApp(ports));

function loopsInMemory(counts: Map<string, Counts>): LoopsPort {
  const loops = new Map<string, LoopDetail>();
  const detail = (document: Loop, revision: number): LoopDetail => {
    const published = loops.get(document.id)?.published ?? null;
    const loop = { id: document.id, name: document.name, revision, document, problems: [], published };
    loops.set(document.id, loop);
    return loop;
  };
  const atRevision = (id: string, expected: number): LoopDetail => {
    const loop = loops.get(id);
    if (loop?.revision !== expected) throw conflict(`expected revision ${loop?.revision}, got ${expected}`);
    return loop;
  };
  return {
    list: async () =>
      [...loops.values()].map(({ id, name, revision, published }) => ({
        id,
        name,
        revision,
        updatedAt: noon,
        state: published ? 'running' : 'draft',
        published: published && { version: published.version, publishedAt: published.publishedAt },
        counts: { entered: 0, waiting: 0, parked: 0, ended: 0 },
      })),
    get: async (id) => loops.get(id),
    create: async (document) => {
      if (loops.has(document.id)) throw conflict(`there is a loop ${document.id} already`);
      counts.set(document.id, noCounts(document.id));
      return detail(document, 1);
    },
    saveDraft: async (document, expected) => detail(document, atRevision(document.id, expected).revision + 1),
    remove: async (id) => {
      loops.delete(id);
    },
    publish: async (id, expected) => {
      const loop = atRevision(id, expected);
      if (loop.document.nodes.length === 0)
        throw new LoopError(id, [{ level: 'error', code: 'empty', path: 'nodes', message: 'expected a node' }]);
      loop.published = { version: 1, publishedAt: noon, document: loop.document, sameAsDraft: true };
      return { version: 1 };
    },
    validate: async () => [{ level: 'warning', code: 'stage', path: 'nodes', message: 'measures nothing' }],
    counts: async (id) => counts.get(id),
    reports: async () => [],
    learnings: async () => [],
    parked: async () => [],
  };
}

/** Does nothing but write down what it is asked. A loop named `churn` runs; whatever is done twice in a row is a conflict. */
function lifeInMemory(done: unknown[][]): LifePort {
  const act = (...what: unknown[]): void => {
    if (JSON.stringify(done.at(-1)) === JSON.stringify(what))
      throw conflict(`the loop ${String(what[1])} is so already`);
    done.push(what);
  };
  const status = (loop: string): LoopStatus => ({
    loop,
    name: 'Churn',
    state: 'running',
    since: noon,
    may: ['publish', 'pause', 'archive'],
    versions: [{ version: 1, publishedAt: noon, turns: 2, live: 10, parked: 1 }],
    nodes: [{ node: 'mail', label: 'Mail', version: 1, waiting: 9, parked: 1 }],
    messages: { queued: 0, sending: 0, sent: 5, failed: 1, unknown: 0, suppressed: 2 },
    nextDue: null,
  });
  const overdue = (loop: string): Overdue => ({
    loop,
    pausedAt: noon,
    at: noon,
    nodes: [{ node: 'mail', label: 'Mail', version: 1, arrived: 1, overdue: 2, messages: 3 }],
    total: { arrived: 1, overdue: 2, messages: 3 },
  });
  const there = (loop: string) => loop === 'churn';
  const changed = (dryRun: boolean): Intervention => ({ enrollments: 3, dryRun });
  return {
    status: async (loop) => (there(loop) ? status(loop) : undefined),
    audit: async (loop, limit) =>
      there(loop)
        ? [{ seq: 1, at: noon, actor: 'ada@example.com', action: 'publish', detail: { version: 1, limit } }]
        : undefined,
    overdue: async (loop) => (there(loop) ? overdue(loop) : undefined),
    pause: async (...what) => act('pause', ...what),
    archive: async (...what) => act('archive', ...what),
    restore: async (...what) => act('restore', ...what),
    resume: async (...what) => {
      act('resume', ...what);
      return overdue(what[0]);
    },
    migrate: async (loop, migration, actor) => {
      act('migrate', loop, migration, actor);
      const [moved, ended] = migration.dryRun ? [0, 0] : [3, 1];
      const move = { version: 1, keep: true, parked: 0, awaitingReceipt: 0 };
      const moves = [
        { ...move, from: 'old', to: 'new', customers: 2, parked: 1 },
        { ...move, from: 'gone', to: null, customers: 1 },
      ];
      return { loop, to: 2, dryRun: migration.dryRun, moves, missing: [], moved, ended };
    },
    cancel: async (...what) => {
      act('cancel', ...what);
      return changed(what[2].dryRun);
    },
    replay: async (...what) => {
      act('replay', ...what);
      return { ...changed(what[2].dryRun), entered: 3 };
    },
    retry: async (...what) => {
      act('retry', ...what);
      return changed(what[2].dryRun);
    },
    release: async (...what) => {
      act('release', ...what);
      return changed(what[2].dryRun);
    },
    redrive: async (...what) => {
      act('redrive', ...what);
      return { ...changed(what[2].dryRun), messages: 2 };
    },
    enter: async (loop, entry, actor) => {
      act('enter', loop, entry, actor);
      return { entered: entry.parties.length };
    },
  };
}

function policyInMemory(done: unknown[][]): PolicyPort {
  let policy = contactPolicyShape.parse({});
  const audit: AuditEntry[] = [];
  return {
    read: async () => policy,
    write: async (next, actor) => {
      done.push(['policy', next, actor]);
      const detail = { before: policy, after: next };
      audit.unshift({ seq: audit.length + 1, at: noon, actor, action: 'policy', detail });
      policy = next;
    },
    audit: async (limit) => audit.slice(0, limit),
  };
}

/** Tokens whose digests are their secrets' last characters. */
function tokensInMemory(): TokensPort {
  const tokens = new Map<string, ApiToken>();
  const digestOf = (secret: string) => Buffer.from(secret).toString('hex').slice(-64);
  return {
    list: async () => [...tokens.values()],
    create: async ({ name, role, expiresAt }) => {
      if ([...tokens.values()].some((token) => token.name === name)) throw conflict(`there is a token ${name} already`);
      const secret = newApiToken();
      const token = { digest: digestOf(secret), name, role, createdAt: noon, ...(expiresAt ? { expiresAt } : {}) };
      tokens.set(token.digest, token);
      return { ...token, secret };
    },
    revoke: async (digest) => tokens.delete(digest),
    check: async (secret) => tokens.get(digestOf(secret)),
  };
}

export const noCounts = (loop: string): Counts => ({
  loop,
  version: 0,
  at: noon,
  turns: 0,
  nodes: [],
  messages: { sent: 0, failed: 0, unknown: 0, suppressed: 0 },
});

/** Uploads that are counted and previewed as one column of their text. */
function uploadsInMemory(): Omit<ServerPorts['imports'], 'import'> {
  const uploads = new Map<string, Import & { text: string }>();
  return {
    upload: async (file, { name }) => {
      let text = '';
      for await (const chunk of file) text += new TextDecoder().decode(chunk);
      const upload = { id: `u${uploads.size}`, name, bytes: text.length, state: 'uploaded' as const, progress: 0 };
      uploads.set(upload.id, { ...upload, text });
      return upload;
    },
    preview: async (id) => {
      const upload = uploads.get(id);
      if (!upload) return undefined;
      const column = { name: upload.name, type: 'text', becomes: [], missing: 0, distinct: 1, examples: [upload.text] };
      return {
        format: 'CSV',
        rows: 1,
        columns: [column],
        records: [],
        rejects: [],
        refused: 0,
        misfits: {},
        problems: [],
      };
    },
    run: async (id) => uploads.get(id),
    state: async (id) => uploads.get(id),
    rejects: async (id) => {
      const upload = uploads.get(id);
      return upload && { name: `${upload.name}.rejects.csv`, stream: new Blob([upload.text]).stream() };
    },
    remove: async (id) => uploads.delete(id),
  };
}
