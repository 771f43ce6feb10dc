import type { CompiledLoop } from '../../packages/engine/src/machine/index.ts';
import type { JournalRow, Snapshot } from './snapshot.ts';

/** One node that an enrollment has passed, or one mark. */
export interface Passed {
  step: number;
  at: number;
  turn: number;
  node: number;
  port: number;
  until: number | null;
}

export const idOf = ({ customer, n }: { customer: number; n: number }) => `${customer}.${n}`;
const group = <T extends { customer: number; n: number }>(rows: readonly T[]): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const of = groups.get(idOf(row));
    if (of) of.push(row);
    else groups.set(idOf(row), [row]);
  }
  return groups;
};

/** The rows of a snapshot by what is asked of them. */
export function index(snapshot: Snapshot, compiled: (document: string) => CompiledLoop) {
  const loops = new Map(
    snapshot.versions.map(({ id, loop, document }) => [
      id,
      { ...compiled(document), loop, document: compiled(document).loop },
    ]),
  );
  const steps = new Map<number, { node: number; port: number }[]>();
  for (const { path, node, port } of snapshot.paths) steps.set(path, [...(steps.get(path) ?? []), { node, port }]);
  const unfold = (row: JournalRow): Passed[] =>
    (steps.get(row.path) ?? []).map(({ node, port }, i) => ({ ...row, step: row.step + i, node, port }));
  const journeys = new Map([...group(snapshot.journal)].map(([id, rows]) => [id, rows.flatMap(unfold)]));
  const customers = new Map(
    snapshot.customers.map((row) => [row.id, { ...row, traits: JSON.parse(row.traits) as Record<string, unknown> }]),
  );
  return {
    snapshot,
    loops,
    customers,
    journeys,
    nodes: new Map(snapshot.nodes.map((node) => [node.ref, node])),
    refs: new Map(snapshot.nodes.map(({ ref, version, node }) => [`${version} ${node}`, ref])),
    positions: group(snapshot.positions),
    parked: group(snapshot.parked),
    messages: new Map(snapshot.messages.map((row) => [`${idOf(row)}.${row.step}`, row])),
    enrollments: new Map(snapshot.enrollments.map((row) => [idOf(row), row])),
    idOfKey: new Map(
      snapshot.identities.filter(({ kind }) => kind === 'key').map(({ value, customer }) => [value, customer]),
    ),
  };
}
export type Indexed = ReturnType<typeof index>;

export const nodeAt = (world: Indexed, ref: number) => {
  const node = world.nodes.get(ref);
  const compiled = node && world.loops.get(node.version)?.nodes.get(node.node);
  return node && compiled ? { version: node.version, node: compiled } : undefined;
};
