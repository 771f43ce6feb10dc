import type { Loop } from '../loop/loop.ts';
import { LoopError } from '../loop/problem.ts';
import { createApp } from './create-app.ts';
import type { App } from './endpoint.ts';
import type { IngestedRecord, LoopsPort, ServerPorts } from './ports.ts';
import { conflict } from './server-error.ts';
import type { Counts, LoopDetail } from './shapes/loop.ts';

/** For tests of routes: ports that hold what they are given in memory, and a log that remembers its lines. */
export interface TestPorts {
  ports: ServerPorts;
  ingested: IngestedRecord[];
  lines: { level: string; fields: object; message: string }[];
  counts: Map<string, Counts>;
}

export const noon = Date.parse('2026-03-01T12:00:00.000Z');

export function testPorts(changes: Partial<ServerPorts> = {}): TestPorts {
  const ingested: IngestedRecord[] = [];
  const lines: TestPorts['lines'] = [];
  const counts = new Map<string, Counts>();
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
      fields: async () => ({ traits: [], events: [] }),
    },
    imports: {
      import: async (file) => {
        let rows = 0;
        for await (const chunk of file) rows += chunk.length;
        return { rows, created: 0, updated: 0, unchanged: 0, rejected: 0, rejects: [], columns: [], entered: 0 };
      },
      preview: async (head, { name }) => ({
        columns: [{ name, type: 'string', samples: [new TextDecoder().decode(head)] }],
        problems: [],
      }),
    },
    ingest: {
      categoryOf: (type) => (type.startsWith('Order') ? 'order' : 'contact'),
      record: async (records) => {
        ingested.push(...records);
      },
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
    ...changes,
  };
  return { ports, ingested, lines, counts };
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

export const noCounts = (loop: string): Counts => ({
  loop,
  version: 0,
  at: noon,
  turns: 0,
  nodes: [],
  messages: { sent: 0, failed: 0, unknown: 0, suppressed: 0 },
});
