import type { ArmOutcome, Population } from '../plugin/index.ts';
import { eventPredicate } from '../rule/index.ts';
import type { Parts } from './parts.ts';
import type { RunningVersion, Station } from './station.ts';

/** Customers looked at in one statement: a report over a million must not hold the engine's thread. */
const customersAtOnce = 20_000;

/** The population of a version as reports ask about it, and until when somebody's time for a goal is still open. */
export function populationOf(
  parts: Parts,
  version: RunningVersion,
  now: number,
): { population: Population; openUntil: () => number | undefined } {
  let openUntil: number | undefined;
  const stationOf = (node: string): Station => {
    const station = version.stations.get(node);
    if (!station)
      throw new Error(
        `loop ${version.loop.id}: expected the id of a node (${[...version.stations.keys()].join(', ')}), got ${node}`,
      );
    return station;
  };

  /** All customers, so many at once. */
  async function* ranges(): AsyncGenerator<{ above: number; upTo: number }> {
    const last = await parts.db.read((tx) => parts.store.lastCustomer(tx));
    for (let above = 0; above < last; above += customersAtOnce) yield { above, upTo: above + customersAtOnce };
  }

  const population: Population = {
    async nodes(turn) {
      const stations = [...version.stations.values()];
      const nodes = stations.map(({ ref }) => ref);
      const ports = new Map(nodes.map((ref) => [ref, new Map<number, number>()]));
      for await (const range of ranges()) {
        const left = await parts.db.read((tx) => parts.store.countLeft(tx, { nodes, turn, ...range }));
        for (const { node, port, count } of left) {
          const counts = ports.get(node);
          counts?.set(port, (counts.get(port) ?? 0) + count);
        }
      }
      const standing = await parts.db.read((tx) => parts.store.countStanding(tx, { nodes, turn }));
      const stay = new Map(standing.map(({ node, count }) => [node, count]));
      return stations.map(({ ref, node }) => {
        const counts = ports.get(ref);
        const left = [...(counts?.values() ?? [])].reduce((sum, count) => sum + count, 0);
        return {
          id: node.id,
          type: node.type.type,
          label: node.label,
          entered: left + (stay.get(ref) ?? 0),
          ports: Object.fromEntries(node.ports.map((port, i) => [port.id, counts?.get(i) ?? 0])),
        };
      });
    },

    async outcomes({ node, turn, goal, by }) {
      const station = stationOf(node);
      const counts = goal.where && eventPredicate(goal.where);
      const arms = new Map<string, ArmOutcome & { group?: string }>();
      for await (const customers of ranges()) {
        const range = { node: station.ref, turn, ...customers };
        const [exposures, reactions] = await parts.db.read(
          async (tx) =>
            [
              await parts.store.readExposures(tx, { ...range, trait: by }),
              await parts.store.readReactions(tx, { ...range, event: goal.event, within: goal.within }),
            ] as const,
        );
        const worth = new Map<string, number>();
        for (const { customer, n, time, properties } of reactions) {
          const event = { type: goal.event, time, properties: JSON.parse(properties) as Record<string, unknown> };
          if (counts && !counts(event, now)) continue;
          const value = goal.valueProperty === undefined ? 0 : Number(event.properties[goal.valueProperty] ?? 0);
          const key = `${customer} ${n}`;
          worth.set(key, (worth.get(key) ?? 0) + (Number.isFinite(value) ? value : 0));
        }
        for (const { customer, n, at, port, trait, messages, cost } of exposures) {
          const name = station.node.ports[port]?.id ?? '';
          const group = by === undefined ? undefined : String(trait ?? '');
          const key = `${port} ${group ?? ''}`;
          const arm = arms.get(key) ?? emptyArm(name, group);
          arms.set(key, arm);
          arm.customers++;
          arm.messages += messages;
          arm.cost += cost;
          const end = at + goal.within;
          if (end > now) {
            arm.open++;
            openUntil = Math.max(openUntil ?? 0, end);
          }
          const value = worth.get(`${customer} ${n}`);
          if (value === undefined) continue;
          arm.converted++;
          arm.value.sum += value;
          arm.value.sumOfSquares += value * value;
        }
      }
      return [...arms.values()];
    },

    async messages(turn) {
      const stations = new Map([...version.stations.values()].map((station) => [station.ref, station]));
      const rows = await parts.db.read((tx) => parts.store.messagesOfTurn(tx, [...stations.keys()], turn));
      return rows.map((row) => ({ ...row, node: stations.get(row.node)?.node.id ?? '' }));
    },
  };
  return { population, openUntil: () => openUntil };
}

const emptyArm = (port: string, group: string | undefined): ArmOutcome & { group?: string } => ({
  port,
  ...(group === undefined ? {} : { group }),
  customers: 0,
  open: 0,
  converted: 0,
  value: { sum: 0, sumOfSquares: 0 },
  messages: 0,
  cost: 0,
});
