import type { Customer, RouterType } from '../plugin/index.ts';
import type { CommitPoint } from '../store/database.ts';
import type { PortSql } from '../store/index.ts';
import type { Failed } from './attempt.ts';
import { attempt, describeError, within } from './attempt.ts';
import { finishMoves, onwardSql } from './finish.ts';
import type { BatchRow } from './handler-batch.ts';
import { handleBatch } from './handler-batch.ts';
import { parkAll } from './park-all.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import { alwaysPort, routeToSql } from './port-sql.ts';
import { routeOf } from './route-of.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';

/** Moves the next chunk of those due at a router: in one statement where rule or share says who goes where, else batch by batch. */
export async function workRouter(parts: Parts, station: Station, now: number): Promise<number> {
  let port: PortSql | undefined;
  try {
    port = routeToSql(station, {
      now,
      seed: parts.limits.seed,
      segments: parts.segments(),
      dialect: parts.db.dialect.name,
    });
  } catch (error) {
    return parkAll(parts, station, now, { error: describeError(error), point: 'route' });
  }
  return port ? pass(parts, station, now, port, 'route') : workChooser(parts, station, now);
}

/** Lets the next chunk through by the node's first port: sources and reports hold nobody up. */
export async function workPassage(parts: Parts, station: Station, now: number): Promise<number> {
  return pass(parts, station, now, alwaysPort(0), 'pass');
}

async function pass(parts: Parts, station: Station, now: number, port: PortSql, point: CommitPoint): Promise<number> {
  return parts.db.write(async (tx) => {
    const path = await onwardSql(parts, tx, station, now, port);
    const count = await parts.store.fillByPortSql(tx, {
      node: station.ref,
      now,
      limit: chunk.set,
      port: alwaysPort(0),
      path,
    });
    if (count > 0) await finishMoves(parts, tx, station, { now, inOrder: true, events: [], hasPaths: true });
    return count;
  }, point);
}

async function workChooser(parts: Parts, station: Station, now: number): Promise<number> {
  const type = station.node.type as RouterType;
  return handleBatch(parts, station, now, chunk.handler, 'handle', async (batch) => {
    const ports = new Map<number, number>();
    const failed: Failed<BatchRow>[] = [];
    for (const [era, rows] of batch.byTurn) {
      const settings = settingsIn(station, era);
      const route = routeOf(station, settings);
      if (route.by !== 'each') throw new Error(`${type.type}: a route must be of one kind whatever its settings`);
      const outcome = await attempt(rows, async (some) => {
        const chosen = await within(parts.limits.handlerTimeout, type.type, (signal) =>
          route.choose({
            settings,
            now,
            log: parts.log,
            signal,
            batch: some.map((row) => row.customer as Customer),
            read: parts.reader(now),
          }),
        );
        if (!Array.isArray(chosen) || chosen.length !== some.length)
          throw new Error(
            `${type.type}: expected ${some.length} ports, a customer each, got ${Array.isArray(chosen) ? chosen.length : typeof chosen}`,
          );
        return chosen.map((port) => portIndex(station, port));
      });
      for (const { rows: done, result } of outcome.results)
        done.forEach((row, i) => ports.set(row.index, result[i] as number));
      failed.push(...outcome.failed);
    }
    return { ports, failed };
  });
}
