import cliProgress from 'cli-progress';
import type { Loop, Stage } from '../loop/index.ts';
import { stages } from '../loop/index.ts';
import type { JsonObject, Registry } from '../plugin/index.ts';
import { countNodes, loadVersions } from '../store/index.ts';
import { tell } from './print.ts';
import type { Serving } from './serve.ts';
import { describeUplift } from './describe-uplift.ts';

const day = 86_400_000;
/** How often the bars are drawn, and how often a line is said where there is no terminal, in real milliseconds. */
const drawEvery = 500;
const sayEvery = 5_000;

type Row = { stage: Stage; entered: number; waiting: number };

/** A bar a stage while the first turn runs, then what was found beside what is true. */
export class StageProgress {
  readonly #serving: Serving;
  readonly #registry: Registry;
  readonly #loop: Loop;
  readonly #world: { truth(turn: number): JsonObject };
  #stopped = false;

  constructor(serving: Serving, registry: Registry, loop: Loop, world: { truth(turn: number): JsonObject }) {
    this.#serving = serving;
    this.#registry = registry;
    this.#loop = loop;
    this.#world = world;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Draws until the reports of a turn are final, then prints the table. */
  async untilMeasured(turn: number): Promise<void> {
    const shown: Stage[] = stages.filter((stage) => stage !== 'flow');
    const bars = process.stderr.isTTY
      ? new cliProgress.MultiBar(
          {
            format: '{stage} {bar} {entered} in, {waiting} waiting',
            stream: process.stderr,
            hideCursor: true,
            barsize: 30,
          },
          cliProgress.Presets.shades_classic,
        )
      : undefined;
    const clockLine = bars?.create(1, 0, {}, { format: '{clock}' });
    const lines = new Map(
      shown.map((stage) => [stage, bars?.create(1, 0, { stage: stage.padEnd(9), entered: 0, waiting: 0 })]),
    );
    let said = 0;
    const start = this.#serving.engine.clock.now();
    while (!this.#stopped) {
      const { rows, measured } = await this.#read(turn);
      const clock = `day ${Math.floor((this.#serving.engine.clock.now() - start) / day) + 1}`;
      for (const { stage, entered, waiting } of rows) {
        const bar = lines.get(stage);
        bar?.setTotal(Math.max(1, entered));
        bar?.update(entered - waiting, {
          stage: stage.padEnd(9),
          entered: entered.toLocaleString('en-US'),
          waiting: waiting.toLocaleString('en-US'),
        });
      }
      clockLine?.update(0, { clock });
      if (!bars && performance.now() - said > sayEvery) {
        said = performance.now();
        tell(
          `${clock}: ${rows.map(({ stage, entered, waiting }) => `${stage} ${entered - waiting} of ${entered}`).join(', ')}`,
        );
      }
      if (measured) break;
      await new Promise((resolve) => setTimeout(resolve, drawEvery));
    }
    bars?.stop();
    if (!this.#stopped) await this.#summary(turn);
  }

  async #read(turn: number): Promise<{ rows: Row[]; measured: boolean }> {
    return this.#serving.read(async (tx) => {
      const version = (await loadVersions(tx, this.#loop.id)).at(-1);
      const counts = await countNodes(tx, [...(version?.refs.values() ?? [])], false);
      const rows = new Map<Stage, Row>();
      for (const node of this.#loop.nodes) {
        const stage = this.#registry.get(node.type)?.stage ?? 'flow';
        const row = rows.get(stage) ?? { stage, entered: 0, waiting: 0 };
        const count = counts.get(version?.refs.get(node.id) ?? -1);
        row.entered += count?.entered ?? 0;
        row.waiting += (count?.waiting ?? 0) + (count?.parked ?? 0);
        rows.set(stage, row);
      }
      const reports = await tx.all<{ due: number | null }>(
        'SELECT due FROM report WHERE turn = ? AND node IN (SELECT value FROM json_each(?))',
        [turn, JSON.stringify([...(version?.refs.values() ?? [])])],
      );
      return {
        rows: stages.flatMap((stage) => (stage === 'flow' ? [] : (rows.get(stage) ?? []))),
        // A report that still waits for somebody's time to be up is asked for again.
        measured: reports.length > 0 && reports.every(({ due }) => due === null),
      };
    });
  }

  async #summary(turn: number): Promise<void> {
    const reports = await this.#serving.read(async (tx) => {
      const rows = await tx.all<{ node: string; figures: string }>(
        `SELECT n.node, r.figures FROM report r JOIN loop_node n ON n.ref = r.node JOIN loop_version v ON v.id = n.version
         WHERE v.loop = ? AND r.turn = ? AND r.figures IS NOT NULL ORDER BY n.node`,
        [this.#loop.id, turn],
      );
      return rows.map(({ node, figures }) => ({ node, turn, ...(JSON.parse(figures) as Record<string, unknown>) }));
    });
    tell(describeUplift(reports, [{ turn, ...this.#world.truth(turn) }]));
  }
}
