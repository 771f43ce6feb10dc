import type { RunningVersion } from '../runner/index.ts';
import type { Database, NodeCount, Transaction } from '../store/index.ts';
import { countMessages, countNodes } from '../store/index.ts';

/** What became of a loop version's customers, node by node. `ports` + `waiting` + `parked` is `entered`. */
export interface NodeResult {
  id: string;
  type: string;
  entered: number;
  ports: Record<string, number>;
  waiting: number;
  parked: number;
}

export interface MessageCounts {
  sent: number;
  failed: number;
  unknown: number;
  suppressed: number;
}

/** `exact`: who waits is counted where they stand; else worked out from who came and who left. */
export async function nodeResults(tx: Transaction, version: RunningVersion, exact: boolean): Promise<NodeResult[]> {
  const stations = [...version.stations.values()];
  const counts = await countNodes(
    tx,
    stations.map(({ ref }) => ref),
    exact,
  );
  return stations.map(({ ref, node }) => {
    const { entered, ports, waiting, parked } = counts.get(ref) as NodeCount;
    return { id: node.id, type: node.type.type, entered, ports: namePorts(node.ports, ports), waiting, parked };
  });
}

/** Counts by the names of ports; who was merged away on the way leaves by a port that no node has. */
export function namePorts(
  ports: readonly { id: string }[],
  counts: ReadonlyMap<number, number>,
): Record<string, number> {
  const named = ports.map((port, i): [string, number] => [port.id, counts.get(i) ?? 0]);
  const merged = [...counts].filter(([port]) => port < 0).reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries(merged > 0 ? [...named, ['(merged)', merged]] : named);
}

export async function messageCounts(tx: Transaction, nodes: readonly number[]): Promise<MessageCounts> {
  const counts = await countMessages(tx, nodes);
  return {
    sent: counts.sent ?? 0,
    failed: counts.failed ?? 0,
    unknown: counts.unknown ?? 0,
    suppressed: counts.suppressed ?? 0,
  };
}

export interface RunResult {
  loop: string;
  version: number;
  customers: number;
  enrollments: number;
  turns: number;
  nodes: NodeResult[];
  messages: MessageCounts;
  reports: ({ node: string; turn: number } & Record<string, unknown>)[];
  virtualSeconds: number;
  seconds: number;
}

/** The figures of a run, read back from the database. */
export async function runResult(
  db: Database,
  version: RunningVersion,
  times: { virtualSeconds: number; seconds: number },
): Promise<RunResult> {
  return db.read(async (tx) => {
    const stations = [...version.stations.values()];
    const refs = stations.map(({ ref }) => ref);
    const count = async (sql: string, parameters: (string | number)[] = []) =>
      (await tx.first<{ count: number }>(sql, parameters))?.count ?? 0;
    const reports = await tx.all<{ node: number; turn: number; figures: string | null }>(
      `SELECT node, turn, figures FROM report WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} AS refs) ORDER BY turn, node`,
      [JSON.stringify(refs)],
    );
    return {
      loop: version.loop.id,
      version: version.number,
      customers: await count('SELECT count(*) AS count FROM customer WHERE merged_into IS NULL'),
      enrollments: await count('SELECT count(*) AS count FROM enrollment WHERE version = ?', [version.id]),
      turns: await count('SELECT turns AS count FROM loop_version WHERE id = ?', [version.id]),
      nodes: await nodeResults(tx, version, true),
      messages: await messageCounts(tx, refs),
      reports: reports.map(({ node, turn, figures }) => ({
        node: stations.find(({ ref }) => ref === node)?.node.id ?? '',
        turn,
        ...(JSON.parse(figures ?? '{}') as Record<string, unknown>),
      })),
      ...times,
    };
  });
}
