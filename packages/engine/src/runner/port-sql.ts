import type { Route } from '../plugin/index.ts';
import { shareCuts } from '../plugin/share.ts';
import { shareSql } from '../rule/share.ts';
import { ruleToSql } from '../rule/to-sql.ts';
import type { RuleGroup } from '../rule/index.ts';
import type { Dialect, PortSql, SqlValue } from '../store/index.ts';
import { routeOf } from './route-of.ts';
import type { Station } from './station.ts';
import { portIndex } from './station.ts';

/** What rules may refer to, and what goes into every share. */
export interface PortSqlContext {
  now: number;
  seed: string;
  segments: ReadonlyMap<string, RuleGroup>;
  /** The database that the expression is for. */
  dialect: Dialect['name'];
}

const constant = (index: number): PortSql => ({ sql: String(index), parameters: [], needsCustomer: false });

/** The expression that sends everybody out by one port. */
export const alwaysPort = (index: number): PortSql => constant(index);

/** One of several expressions, by the port that the first one gives; a port below zero is given as it is. */
export function choose(port: PortSql, arms: readonly PortSql[]): PortSql {
  const sure = /^\d+$/.test(port.sql) ? arms[Number(port.sql)] : undefined;
  if (sure) return sure;
  return {
    sql: `(CASE ${port.sql} ${arms.map((arm, i) => `WHEN ${i} THEN ${arm.sql}`).join(' ')} END)`,
    parameters: [...port.parameters, ...arms.flatMap((arm) => arm.parameters)],
    needsCustomer: port.needsCustomer || arms.some((arm) => arm.needsCustomer),
  };
}

/** A route as one SQL expression over a position and its customer. `undefined` where only the node's own code can choose. */
export function routeToSql(station: Station, context: PortSqlContext): PortSql | undefined {
  const type = station.node.type;
  if (type.contract !== 'router') return undefined;
  const parts: { fromTurn: number; port: PortSql }[] = [];
  for (const era of station.eras) {
    const port = toSql(station, routeOf(station, era.settings), context);
    if (!port) return undefined;
    parts.push({ fromTurn: era.fromTurn, port });
  }
  return byTurn(parts);
}

/** An expression an era, chosen by the turn that the enrollment is in. */
export function byTurn(parts: readonly { fromTurn: number; port: PortSql }[]): PortSql {
  const [first, ...later] = parts;
  if (!first) throw new RangeError('expected at least one era');
  if (later.length === 0) return first.port;
  const latestFirst = later.toReversed();
  return {
    sql: `CASE ${latestFirst.map(({ port }) => `WHEN p.turn >= ? THEN ${port.sql}`).join(' ')} ELSE ${first.port.sql} END`,
    parameters: [
      ...latestFirst.flatMap(({ fromTurn, port }) => [fromTurn, ...port.parameters]),
      ...first.port.parameters,
    ],
    needsCustomer: parts.some(({ port }) => port.needsCustomer),
  };
}

/** A rule as an expression over `customer`: 1 or 0. */
export function ruleSql(when: RuleGroup, { now, segments, dialect }: PortSqlContext): PortSql {
  const { sql, parameters } = ruleToSql(when, { now, segments, customer: 'customer', dialect });
  return { sql: `CASE WHEN ${sql} THEN 1 ELSE 0 END`, parameters, needsCustomer: true };
}

function toSql(station: Station, route: Route, context: PortSqlContext): PortSql | undefined {
  if (route.by === 'each') return undefined;
  if (route.by === 'shares') return sharesToSql(station, route, context);
  const parameters: SqlValue[] = [];
  const cases = route.cases.map(({ port, when }) => {
    const rule = ruleToSql(when, { ...context, customer: 'customer' });
    parameters.push(...rule.parameters);
    return `WHEN ${rule.sql} THEN ${portIndex(station, port)}`;
  });
  const otherwise = portIndex(station, route.otherwise);
  if (cases.length === 0) return constant(otherwise);
  return { sql: `CASE ${cases.join(' ')} ELSE ${otherwise} END`, parameters, needsCustomer: true };
}

function sharesToSql(station: Station, route: Extract<Route, { by: 'shares' }>, context: PortSqlContext): PortSql {
  const cuts = shareCuts(route.shares);
  const ports = route.shares.map(({ port }) => portIndex(station, port));
  const hash = shareSql('p.customer', `${context.seed}${route.key}`);
  const whens = cuts.slice(0, -1).map((_, i) => `WHEN h < ? THEN ${ports[i]}`);
  const choose = whens.length > 0 ? `CASE ${whens.join(' ')} ELSE ${ports.at(-1)} END` : `${ports.at(-1)}`;
  return {
    sql: `(SELECT ${choose} FROM (${hash}) h LIMIT 1)`,
    parameters: cuts.slice(0, -1),
    needsCustomer: false,
  };
}
