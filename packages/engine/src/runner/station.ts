import type { CompiledLoop, CompiledNode } from '../machine/index.ts';
import { compile } from '../machine/index.ts';
import type { Registry } from '../plugin/index.ts';
import type { Learning, MoveTarget, Version } from '../store/index.ts';
import { parseLoop } from '../loop/index.ts';

/** A node of a published version, as the runner works it. */
export interface Station {
  ref: number;
  /** Its place among the version's nodes in the order that customers meet them. */
  index: number;
  version: RunningVersion;
  node: CompiledNode;
  /** By port index. */
  targets: readonly MoveTarget[];
  /** Ascending by turn; the first begins with turn 1. */
  eras: readonly Era[];
}

/** The settings that a node has from a turn on, until the next era: what reports have learnt changes them. */
export interface Era {
  fromTurn: number;
  settings: unknown;
}

export interface RunningVersion {
  id: number;
  loop: { id: string; name: string };
  number: number;
  publishedAt: number;
  compiled: CompiledLoop;
  stations: Map<string, Station>;
  /** Among loops that want to contact the same customer. Higher goes first. */
  priority: number;
  /** While its loop is paused nobody makes a step at its nodes, and nothing of it is sent. */
  readonly paused: boolean;
  /** Its loop is archived: nobody enters. */
  readonly closed: boolean;
}

/** The priority of a loop that says none. */
const defaultPriority = 50;

/** What the life of a loop means for its versions. One object a loop, so that whoever works on one of them sees a change at once. */
export interface LoopLife {
  paused: boolean;
  closed: boolean;
}

const compiledBy = new WeakMap<Registry, Map<string, CompiledLoop>>();

/** A version is immutable, and a thousand nodes take XState half a second: each is compiled once. */
function compiledOf(version: Version, registry: Registry): CompiledLoop {
  const known = compiledBy.get(registry) ?? new Map<string, CompiledLoop>();
  compiledBy.set(registry, known);
  const compiled = known.get(version.document) ?? compile(parseLoop(JSON.parse(version.document)), registry);
  known.set(version.document, compiled);
  return compiled;
}

/** Makes a stored version ready to run: compiled, with its refs and with what has been learnt. */
export function toRunning(
  version: Version,
  registry: Registry,
  learnings: readonly Learning[],
  life: LoopLife,
): RunningVersion {
  const compiled = compiledOf(version, registry);
  const { loop } = compiled;
  const running: RunningVersion = {
    id: version.id,
    loop: { id: loop.id, name: loop.name },
    number: version.number,
    publishedAt: version.publishedAt,
    compiled,
    stations: new Map(),
    priority: loop.priority ?? defaultPriority,
    get paused() {
      return life.paused;
    },
    get closed() {
      return life.closed;
    },
  };
  for (const node of compiled.nodes.values()) {
    const ref = version.refs.get(node.id) as number;
    running.stations.set(node.id, {
      ref,
      index: running.stations.size,
      version: running,
      node,
      targets: node.targets.map(({ node: target, newTurn }) => ({
        ref: target === undefined ? undefined : version.refs.get(target),
        newTurn,
      })),
      eras: erasOf(
        node,
        learnings.filter((learning) => learning.node === ref),
      ),
    });
  }
  return running;
}

/** Learnt values laid over the drawn settings, turn by turn. One that its node's schema refuses is left out. */
function erasOf(node: CompiledNode, learnings: readonly Learning[]): Era[] {
  const eras: Era[] = [{ fromTurn: 1, settings: node.settings }];
  let settings = structuredClone(node.settings);
  for (const fromTurn of [...new Set(learnings.map((learning) => learning.fromTurn))].sort((a, b) => a - b)) {
    for (const learning of learnings)
      if (learning.fromTurn === fromTurn) setAt(settings, learning.path, learning.value);
    const parsed = node.type.settings.safeParse(settings);
    if (!parsed.success) continue;
    settings = structuredClone(parsed.data);
    eras.push({ fromTurn, settings: parsed.data });
  }
  return eras;
}

/** Writes a value at a path that exists; a path that leads nowhere, or to a prototype, changes nothing. */
function setAt(target: unknown, path: readonly (string | number)[], value: unknown): void {
  const last = path.at(-1);
  let at = target;
  for (const key of path.slice(0, -1)) at = isOwn(at, key) ? (at as Record<string | number, unknown>)[key] : undefined;
  if (last !== undefined && isOwn(at, last)) (at as Record<string | number, unknown>)[last] = value;
}

const isOwn = (object: unknown, key: string | number) =>
  typeof object === 'object' && object !== null && Object.hasOwn(object, key);

/** The settings of the era that a turn falls into. */
export function settingsIn(station: Station, turn: number): unknown {
  return (station.eras.findLast((era) => era.fromTurn <= turn) ?? station.eras[0])?.settings;
}

/** Where a node stands, the same in every version of its loop. */
export const placeOf = (station: Station) => ({ loop: station.version.loop.id, node: station.node.id });

/** Index of a port, or a clear error about the node type that named it. */
export function portIndex(station: Station, port: string): number {
  const index = station.node.ports.findIndex((each) => each.id === port);
  if (index < 0)
    throw new Error(
      `${station.node.type.type} at ${station.version.loop.id}/${station.node.id}: expected a port of ${station.node.ports.map((each) => each.id).join(', ')}, got ${port}`,
    );
  return index;
}
