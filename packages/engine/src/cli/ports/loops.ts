import type { Loop } from '../../loop/index.ts';
import { parseLoop } from '../../loop/index.ts';
import type { Installed } from '../../machine/index.ts';
import { validateLoop } from '../../machine/index.ts';
import type { Registry } from '../../plugin/index.ts';
import { portsOf } from '../../plugin/index.ts';
import type { Counts, LoopDetail, LoopsPort, LoopSummary } from '../../server/index.ts';
import { conflict, notFound } from '../../server/index.ts';
import type { Draft, Transaction, Version } from '../../store/index.ts';
import {
  countNodes,
  findDraft,
  listDrafts,
  loadLearnings,
  loadSegments,
  loadVersions,
  loopStates,
} from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';
import { messageCounts, namePorts } from '../results.ts';

interface Parts {
  host: EngineHost;
  read: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
  registry: Registry;
  now: () => number;
}

/** The loops of this installation: drafts and counts are read here, whatever changes goes through the engine's thread. */
export function createLoopsPort({ host, read, registry, now }: Parts): LoopsPort {
  const newest = async (tx: Transaction, loop: string): Promise<Version | undefined> =>
    (await loadVersions(tx, loop)).at(-1);

  const detail = async (id: string): Promise<LoopDetail | undefined> =>
    read(async (tx) => {
      const draft = await findDraft(tx, id);
      return draft && toDetail(draft, await newest(tx, id), registry, await installed(tx));
    });
  const existing = async (id: string): Promise<LoopDetail> => {
    const found = await detail(id);
    if (!found) throw notFound(`loop ${id}`);
    return found;
  };
  const staleRevision = (id: string) =>
    conflict(`somebody has saved the loop ${id} since you opened it: open it again and repeat your change`);

  return {
    list: () =>
      read(async (tx) => {
        const summaries: LoopSummary[] = [];
        const states = await loopStates(tx);
        for (const draft of await listDrafts(tx)) {
          const version = await newest(tx, draft.id);
          summaries.push({
            id: draft.id,
            name: draft.name,
            revision: draft.revision,
            updatedAt: draft.updatedAt,
            state: states.get(draft.id) as LoopSummary['state'],
            published: version ? { version: version.number, publishedAt: version.publishedAt } : null,
            counts: await totals(tx, draft.id),
          });
        }
        return summaries;
      }),
    get: detail,
    create: async (document) => {
      if (!(await host.createDraft({ id: document.id, name: document.name, draft: JSON.stringify(document) })))
        throw conflict(`there is a loop ${document.id} already: choose another name`);
      return existing(document.id);
    },
    saveDraft: async (document, revision) => {
      await existing(document.id);
      if (!(await host.saveDraft({ id: document.id, name: document.name, draft: JSON.stringify(document), revision })))
        throw staleRevision(document.id);
      return existing(document.id);
    },
    remove: async (id) => {
      await existing(id);
      if (!(await host.removeLoop(id))) throw conflict(`customers have been in the loop ${id}, so its history is kept`);
    },
    publish: async (id, revision, actor) => {
      const found = await existing(id);
      if (found.revision !== revision) throw staleRevision(id);
      return host.publish(found.document as Loop, actor);
    },
    validate: async (document) => validateLoop(document, registry, await read(installed)),
    counts: (id) =>
      read(async (tx) =>
        (await findDraft(tx, id)) ? counts(tx, id, await newest(tx, id), registry, now()) : undefined,
      ),
    reports: (id) =>
      read(async (tx) => {
        const version = await newest(tx, id);
        if (!version) return [];
        const nodes = nodesOf(version);
        const rows = await tx.all<{ node: number; turn: number; at: number; figures: string }>(
          `SELECT node, turn, at, figures FROM report
           WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} AS refs) AND at IS NOT NULL ORDER BY turn DESC, node`,
          [JSON.stringify([...nodes.keys()])],
        );
        return rows.map(({ node, turn, at, figures }) => {
          const { id: nodeId, type, data } = nodes.get(node) as Loop['nodes'][number];
          return { node: nodeId, type, label: data.label || nodeId, turn, at, figures: JSON.parse(figures) };
        });
      }),
    learnings: (id) =>
      read(async (tx) => {
        const version = await newest(tx, id);
        if (!version) return [];
        const nodes = nodesOf(version);
        return (await loadLearnings(tx, [...nodes.keys()])).map(({ node, fromTurn, path, value, why, at }) => ({
          node: nodes.get(node)?.id ?? '',
          fromTurn,
          path,
          value,
          why,
          at,
        }));
      }),
    parked: (id, limit) =>
      read((tx) =>
        tx.all(
          `SELECT p.customer, n.node, p.at, p.error FROM parked p
           JOIN loop_node n ON n.ref = p.node JOIN loop_version v ON v.id = n.version
           WHERE v.loop = ? ORDER BY p.at DESC LIMIT ?`,
          [id, limit],
        ),
      ),
  };
}

/** The nodes of a version by the small integers that the tables hold. */
function nodesOf(version: Version): Map<number, Loop['nodes'][number]> {
  const loop = parseLoop(JSON.parse(version.document));
  return new Map(loop.nodes.map((node) => [version.refs.get(node.id) as number, node]));
}

/** What loops may name besides node types. */
const installed = async (tx: Transaction): Promise<Installed> => ({
  segments: new Set((await loadSegments(tx)).keys()),
});

function toDetail(draft: Draft, version: Version | undefined, registry: Registry, known: Installed): LoopDetail {
  const document = JSON.parse(draft.draft) as Loop;
  return {
    id: draft.id,
    name: draft.name,
    revision: draft.revision,
    document,
    problems: validateLoop(document, registry, known),
    published: version
      ? {
          version: version.number,
          publishedAt: version.publishedAt,
          document: JSON.parse(version.document),
          sameAsDraft: version.document === draft.draft,
        }
      : null,
  };
}

/** Who has been in a loop, over all its versions. */
async function totals(tx: Transaction, loop: string): Promise<LoopSummary['counts']> {
  const row = await tx.first<{ entered: number; ended: number; parked: number }>(
    `SELECT count(*) AS entered, count(e.ended_at) AS ended,
       (SELECT count(*) FROM parked p JOIN loop_node n ON n.ref = p.node JOIN loop_version v ON v.id = n.version WHERE v.loop = ?) AS parked
     FROM enrollment e WHERE e.version IN (SELECT id FROM loop_version WHERE loop = ?)`,
    [loop, loop],
  );
  const { entered = 0, ended = 0, parked = 0 } = row ?? {};
  return { entered, ended, parked, waiting: entered - ended - parked };
}

async function counts(
  tx: Transaction,
  loop: string,
  version: Version | undefined,
  registry: Registry,
  at: number,
): Promise<Counts> {
  if (!version)
    return { loop, version: 0, at, turns: 0, nodes: [], messages: { sent: 0, failed: 0, unknown: 0, suppressed: 0 } };
  const nodes = nodesOf(version);
  const counted = await countNodes(tx, [...nodes.keys()], false);
  return {
    loop,
    version: version.number,
    at,
    turns: version.turns,
    nodes: [...nodes].map(([ref, node]) => {
      const type = registry.get(node.type);
      const settings = type?.settings.safeParse(node.data.settings);
      const ports = type && settings?.success ? portsOf(type, settings.data) : [];
      const count = counted.get(ref);
      return {
        id: node.id,
        type: node.type,
        entered: count?.entered ?? 0,
        ports: namePorts(ports, count?.ports ?? new Map()),
        waiting: count?.waiting ?? 0,
        parked: count?.parked ?? 0,
      };
    }),
    messages: await messageCounts(tx, [...nodes.keys()]),
  };
}
