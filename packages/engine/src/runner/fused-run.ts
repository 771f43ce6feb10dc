import type { MoveTarget, PathStep, PortSql } from '../store/index.ts';
import { pathKey } from '../store/paths.ts';
import type { RuleGroup } from '../rule/index.ts';
import { alwaysPort, choose, routeToSql } from './port-sql.ts';
import type { PortSqlContext } from './port-sql.ts';
import type { Station } from './station.ts';

/**
 * The nodes that whoever leaves a station passes without a stop, routers in SQL and reports, as a tree: a fork has an arm
 * for each port of its node. Two ways that lead to one node are two arms, so the number of leaves is bounded. The whole
 * tree is one SQL expression, whose value is the path that a customer takes.
 */
export interface Fork {
  station: Station;
  arms: (Fork | Leaf)[];
}

export interface Leaf {
  steps: readonly PathStep[];
  key: string;
  target: MoveTarget;
}

export interface Run {
  root: Fork;
  leaves: Leaf[];
}

/** How many nodes one move passes at most, and in how many ways: an expression of more is prepared longer than it saves. */
export interface RunLimits {
  nodes: number;
  ways: number;
}
export const runLimits: RunLimits = { nodes: 8, ways: 64 };

const runs = new WeakMap<Station, { limits: RunLimits; run: Run }>();

/** The run that begins where a station is left. The same for a station as long as its version is loaded. */
export function runFrom(station: Station, limits: RunLimits): Run {
  const known = runs.get(station);
  if (known?.limits === limits) return known.run;
  const run = growRun(station, limits);
  runs.set(station, { limits, run });
  return run;
}

const forkOf = (station: Station, before: readonly PathStep[]): Fork => ({
  station,
  arms: station.targets.map((target, port) => {
    const steps = [...before, [station.ref, port] as const];
    return { steps, key: pathKey(steps), target };
  }),
});

/** Level by level, so that where the ways become too many all of them are about as long. */
function growRun(start: Station, limits: RunLimits): Run {
  const byRef = new Map(Array.from(start.version.stations.values(), (station) => [station.ref, station]));
  const root = forkOf(start, []);
  let ways = root.arms.length;
  let level = [root];
  for (let passed = 1; passed < limits.nodes && level.length > 0; passed++) {
    const next: Fork[] = [];
    for (const fork of level)
      for (const [i, arm] of fork.arms.entries()) {
        const { target, steps } = arm as Leaf;
        const station = target.ref === undefined || target.newTurn ? undefined : byRef.get(target.ref);
        // Never back: that may be a cycle.
        if (!station || station.index <= fork.station.index || !isPassage(station)) continue;
        if (ways + station.targets.length - 1 > limits.ways) continue;
        ways += station.targets.length - 1;
        const onward = forkOf(station, steps);
        fork.arms[i] = onward;
        next.push(onward);
      }
    level = next;
  }
  return { root, leaves: leavesOf(root) };
}

const leavesOf = (fork: Fork): Leaf[] => fork.arms.flatMap((arm) => ('arms' in arm ? leavesOf(arm) : [arm]));

/** Whether a node holds nobody up and asks no code of its own who goes where. */
function isPassage(station: Station): boolean {
  const { type } = station.node;
  if (type.contract === 'report') return true;
  if (type.contract !== 'router') return false;
  return isSound(station);
}

/** A segment of any name, so that a rule can be tried before anybody comes: who is in it is not asked. */
const anySegment = new (class extends Map<string, RuleGroup> {
  override get = (): RuleGroup => ({ combinator: 'and', rules: [] });
  override has = (): boolean => true;
})();

/** Whether a router's way can be said in SQL. One whose type throws, or says what is no way, keeps its customers to itself. */
function isSound(station: Station): boolean {
  try {
    return routeToSql(station, { now: 0, seed: '', segments: anySegment, dialect: 'sqlite' }) !== undefined;
  } catch {
    return false;
  }
}

/** The path of each leaf by the leaf, and where in the tree a port of the first node leads. */
export function runToSql(run: Run, idOf: ReadonlyMap<Leaf, number>, context: PortSqlContext, first: PortSql): PortSql {
  const toSql = (fork: Fork, port: PortSql): PortSql =>
    choose(
      port,
      fork.arms.map((arm) =>
        'arms' in arm ? toSql(arm, portOf(arm.station, context)) : alwaysPort(idOf.get(arm) as number),
      ),
    );
  return toSql(run.root, first);
}

function portOf(station: Station, context: PortSqlContext): PortSql {
  if (station.node.type.contract === 'report') return alwaysPort(0);
  return routeToSql(station, context) as PortSql;
}

/** The nodes at which whoever leaves a station may stand next. */
export function endsOf(station: Station, limits: RunLimits = runLimits): number[] {
  return runFrom(station, limits).leaves.flatMap(({ target }) => (target.ref === undefined ? [] : [target.ref]));
}
