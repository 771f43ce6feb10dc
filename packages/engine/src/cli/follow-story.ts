import type { Loop, Stage } from '../loop/index.ts';
import { stages } from '../loop/index.ts';
import type { JsonObject, Registry } from '../plugin/index.ts';
import type { Transaction } from '../store/index.ts';
import { countNodes, loadVersions } from '../store/index.ts';
import { describeUplift } from './describe-uplift.ts';
import { tell } from './print.ts';
import type { Serving } from './serve.ts';
import type { StageRow } from './stage-bars.ts';
import { StageBars } from './stage-bars.ts';

const day = 86_400_000;
/** How often the database is looked at, in real milliseconds. */
const lookEvery = 500;

const shown = stages.filter((stage): stage is Exclude<Stage, 'flow'> => stage !== 'flow');

/** Shows a running loop turn by turn: a bar a stage while it runs, and what was found beside what is true once it is measured. */
export async function followStory(
  { read, engine }: Pick<Serving, 'read' | 'engine'>,
  story: { loop: Loop; registry: Registry; since: number; truth: (turn: number) => JsonObject },
  signal: AbortSignal,
): Promise<void> {
  const { loop, registry, since, truth } = story;
  const first = (await read((tx) => measuredTurns(tx, loop.id))) + 1;
  for (let turn = first; !signal.aborted; turn++) {
    const bars = new StageBars(shown);
    let measured = false;
    while (!signal.aborted && !measured) {
      const rows = await read((tx) => readStages(tx, loop, registry));
      const today = Math.floor((engine.clock.now() - since) / day) + 1;
      bars.draw(`turn ${turn}, day ${today}`, rows);
      measured = (await read((tx) => measuredTurns(tx, loop.id))) >= turn;
      if (!measured) await new Promise((resolve) => setTimeout(resolve, lookEvery));
    }
    bars.stop();
    if (!measured) return;
    const reports = await read((tx) => reportsOf(tx, loop.id, turn));
    tell(describeUplift(reports, [{ turn, ...truth(turn) }]));
  }
}

async function readStages(tx: Transaction, loop: Loop, registry: Registry): Promise<StageRow[]> {
  const version = (await loadVersions(tx, loop.id)).at(-1);
  const counts = await countNodes(tx, [...(version?.refs.values() ?? [])], false);
  const rows = new Map<Stage, StageRow>(shown.map((stage) => [stage, { stage, entered: 0, waiting: 0 }]));
  for (const node of loop.nodes) {
    const row = rows.get(registry.get(node.type)?.stage ?? 'flow');
    const count = counts.get(version?.refs.get(node.id) ?? -1);
    if (!row || !count) continue;
    row.entered += count.entered;
    row.waiting += count.waiting + count.parked;
  }
  return [...rows.values()];
}

const reportsOfLoop = `FROM report r JOIN loop_node n ON n.ref = r.node JOIN loop_version v ON v.id = n.version WHERE v.loop = ?`;

/** How many turns, from the first on, have final figures: a report that waits for somebody's time to be up is asked for again. */
async function measuredTurns(tx: Transaction, loop: string): Promise<number> {
  const open = await tx.first<{ turn: number | null }>(
    `SELECT min(r.turn) AS turn ${reportsOfLoop} AND r.due IS NOT NULL`,
    [loop],
  );
  const last = await tx.first<{ turn: number | null }>(`SELECT max(r.turn) AS turn ${reportsOfLoop}`, [loop]);
  return open?.turn != null ? open.turn - 1 : (last?.turn ?? 0);
}

async function reportsOf(tx: Transaction, loop: string, turn: number): Promise<Record<string, unknown>[]> {
  const rows = await tx.all<{ node: string; figures: string }>(
    `SELECT n.node, r.figures ${reportsOfLoop} AND r.turn = ? AND r.figures IS NOT NULL ORDER BY n.node`,
    [loop, turn],
  );
  return rows.map(({ node, figures }) => ({ node, turn, ...(JSON.parse(figures) as Record<string, unknown>) }));
}
