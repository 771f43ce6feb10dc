import type { Census, Transaction, Version } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import type { Station } from '../station.ts';
import { LifeError, unsound } from './life-error.ts';
import { nodesOfVersions } from './overdue.ts';
import { versionsOf } from './selection.ts';

export interface Migration {
  /** The version that they are in; all older ones when left out. */
  from?: number | undefined;
  /** The version that they come to; the newest when left out. */
  to?: number | undefined;
  /** Old node → new node, or null to end there. Nodes that are not named stay where their id is still there. */
  map: Readonly<Record<string, string | null>>;
  dryRun: boolean;
}

/** Whoever is at one node of an old version, and where they go. */
export interface MovePlan {
  version: number;
  from: { ref: number; id: string };
  /** null: they end. */
  to: { ref: number; id: string } | null;
  /** A wait of the same type and settings: its instant and what ends it stay. */
  keepsWait: boolean;
  /** The ports are the same: whoever has been woken leaves by the one that it was woken by. */
  keepsPorts: boolean;
  /** A channel of the same type: a message that nobody has tried to send is sent from there. */
  keepsMessage: boolean;
  census: Census;
}

export interface MigrationPlan {
  to: Version;
  moves: MovePlan[];
  /** Nodes with people that the new version does not have, and the map does not name. */
  missing: { version: number; node: string; customers: number }[];
}

/** Who would go where. Only nodes with people are in it. */
export async function planMigration(
  parts: Parts,
  tx: Transaction,
  loop: string,
  migration: Migration,
): Promise<MigrationPlan> {
  const versions = await versionsOf(parts, tx, loop);
  const to = migration.to === undefined ? versions.at(-1) : versionIn(versions, loop, migration.to);
  if (!to) throw new LifeError('conflict', `the loop ${loop} has never been published`);
  const sources =
    migration.from === undefined
      ? versions.filter(({ number }) => number < to.number)
      : [versionIn(versions, loop, migration.from)];
  if (sources.some(({ id }) => id === to.id)) throw unsound(`expected two different versions, got ${to.number} twice`);
  if (!parts.stations.all().some(({ id }) => id === to.id))
    throw new LifeError(
      'conflict',
      `version ${to.number} of the loop ${loop} cannot run: install the plugins it names`,
    );
  checkMap(migration.map, sources, to, loop);

  const nodes = nodesOfVersions(sources);
  const people = await parts.store.census(
    tx,
    nodes.map(({ ref }) => ref),
  );
  const plan: MigrationPlan = { to, moves: [], missing: [] };
  for (const { ref, node, version } of nodes) {
    const here = people.get(ref);
    if (!here || here.standing + here.held + here.parked === 0) continue;
    const target = Object.hasOwn(migration.map, node.id) ? (migration.map[node.id] as string | null) : node.id;
    const toRef = target === null ? undefined : to.refs.get(target);
    if (target !== null && toRef === undefined) {
      plan.missing.push({
        version: version.number,
        node: node.id,
        customers: here.standing + here.held + here.parked,
      });
      continue;
    }
    const same = likeness(parts.stations.byRef(ref), toRef === undefined ? undefined : parts.stations.byRef(toRef));
    plan.moves.push({
      version: version.number,
      from: { ref, id: node.id },
      to: target === null || toRef === undefined ? null : { ref: toRef, id: target },
      keepsWait: same.settings && same.contract === 'wait',
      keepsPorts: same.settings,
      keepsMessage: same.type && same.contract === 'channel',
      census: here,
    });
  }
  return plan;
}

function versionIn(versions: readonly Version[], loop: string, number: number): Version {
  const found = versions.find((version) => version.number === number);
  if (found) return found;
  throw unsound(
    `the loop ${loop} has no version ${number}: expected one of ${versions.map((each) => each.number).join(', ')}`,
  );
}

/** A name that is nowhere is a slip, and would leave people where their author did not want them. */
function checkMap(map: Migration['map'], sources: readonly Version[], to: Version, loop: string): void {
  for (const [from, target] of Object.entries(map)) {
    if (!sources.some(({ refs }) => refs.has(from)))
      throw unsound(`map.${from}: no version of the loop ${loop} that people would leave has a node ${from}`);
    if (target !== null && !to.refs.has(target))
      throw unsound(`map.${from}: version ${to.number} of the loop ${loop} has no node ${target}`);
  }
}

/** What two nodes have in common. Of a node that cannot run nothing is known, so that whoever comes from it arrives anew. */
function likeness(from: Station | undefined, to: Station | undefined) {
  const type = from !== undefined && to !== undefined && from.node.type === to.node.type;
  const settings = type && JSON.stringify(from.node.settings) === JSON.stringify(to.node.settings);
  return { type, settings, contract: type ? from.node.type.contract : undefined };
}
