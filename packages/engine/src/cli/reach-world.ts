import type { Transports } from '../runner/index.ts';
import type { Database } from '../store/index.ts';
import type { RunningVersion } from '../runner/index.ts';
import { CliError } from './cli-error.ts';

/** Makes sure that the channels named can reach the world at all, before anybody is written to. */
export async function reachWorld(transports: Transports, types: readonly string[]): Promise<void> {
  for (const type of types) {
    const transport = await transports.open(type).catch((error: unknown) => {
      throw new CliError(`--deliver ${type}: ${textOf(error)}`, 2);
    });
    await transport.verify?.().catch((error: unknown) => {
      throw new CliError(`--deliver ${type}: ${textOf(error)}`);
    });
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the world has refused, a line a reason. `isAll`: some channel has delivered nothing of what it tried. */
export interface Refusals {
  lines: string[];
  isAll: boolean;
}

const reasonsShown = 3;

/** What became of the messages that were to reach the world and did not. */
export async function findRefusals(db: Database, version: RunningVersion, types: readonly string[]): Promise<Refusals> {
  const lines: string[] = [];
  let isAll = false;
  for (const { ref, node } of version.stations.values()) {
    if (!types.includes(node.type.type)) continue;
    const counts = await db.read((tx) =>
      tx.all<{ status: string; detail: string | null; count: number }>(
        `SELECT status, CASE status WHEN 'sent' THEN '' ELSE detail END AS detail, count(*) AS count FROM message WHERE node = ? AND status IN ('sent', 'failed', 'unknown')
         GROUP BY status, CASE status WHEN 'sent' THEN '' ELSE detail END ORDER BY count DESC, detail`,
        [ref],
      ),
    );
    const refused = counts.filter(({ status }) => status !== 'sent');
    if (refused.length > 0 && refused.length === counts.length) isAll = true;
    for (const { status, detail, count } of refused.slice(0, reasonsShown))
      lines.push(
        `${node.id}: ${count} ${count === 1 ? 'message' : 'messages'} ${status}: ${detail ?? 'no reason given'}`,
      );
    if (refused.length > reasonsShown) lines.push(`${node.id}: … and ${refused.length - reasonsShown} more reasons`);
  }
  return { lines, isAll };
}
