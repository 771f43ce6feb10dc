import type { ReportType } from '../plugin/index.ts';
import type { Learning } from '../store/index.ts';
import { describeError, within } from './attempt.ts';
import type { Parts } from './parts.ts';
import { populationOf } from './population.ts';
import type { Station } from './station.ts';
import { settingsIn } from './station.ts';
import { StoreError } from '../store/index.ts';

/** A report has all the time that a handler has, and this many times more: it looks at everybody. */
const patience = 10;

/** More than anybody reads of one turn. In characters of JSON. */
const longestFigures = 1_000_000;

/**
 * Works out the figures of a report for one turn. While somebody's time for the goal is open they are asked for again, and
 * what they propose is not taken. Says whether the loop has learnt something.
 */
export async function workReport(parts: Parts, station: Station, turn: number, now: number): Promise<boolean> {
  const type = station.node.type as ReportType;
  const settings = settingsIn(station, turn);
  const { population, openUntil } = populationOf(parts, station.version, now);
  const settingsOf = (node: string) => {
    const other = station.version.stations.get(node);
    return other && (settingsIn(other, turn) as Readonly<Record<string, unknown>>);
  };
  try {
    const report = await within(parts.limits.handlerTimeout * patience, type.type, (signal) =>
      type.report({ settings, turn, now, population, settingsOf, log: parts.log, signal }),
    );
    const again = openUntil() ?? null;
    const learnings = again === null && report.take ? toLearnings(station, turn, now, report.proposals ?? []) : [];
    await parts.db.write(async (tx) => {
      const figures = JSON.stringify({
        ...report.figures,
        ...(report.proposals ? { proposals: report.proposals } : {}),
      });
      if (figures.length > longestFigures)
        throw new Error(
          `${type.type}: expected figures of at most ${longestFigures} characters, got ${figures.length}`,
        );
      await parts.store.saveReport(tx, { node: station.ref, turn, at: now, figures, again });
      await parts.store.saveLearnings(tx, learnings);
    }, 'report');
    return learnings.length > 0;
  } catch (error) {
    // Not its fault: it stays due, and is worked out once more.
    if (error instanceof StoreError) throw error;
    const figures = JSON.stringify({ error: describeError(error) });
    parts.log.warn('a report failed', { node: station.node.id, error: describeError(error) });
    await parts.db.write(
      (tx) => parts.store.saveReport(tx, { node: station.ref, turn, at: now, figures, again: null }),
      'report',
    );
    return false;
  }
}

function toLearnings(
  station: Station,
  turn: number,
  at: number,
  proposals: readonly { node: string; path: readonly (string | number)[]; value: unknown; why: string }[],
): Learning[] {
  return proposals.map(({ node, path, value, why }) => {
    const target = station.version.stations.get(node);
    if (!target)
      throw new Error(`${station.node.type.type}: proposed a setting for ${node}, which the loop does not have`);
    return { node: target.ref, fromTurn: turn + 1, path: [...path], value, why, source: station.ref, at };
  });
}
