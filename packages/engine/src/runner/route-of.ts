import type { Route, RouterType } from '../plugin/index.ts';
import type { Station } from './station.ts';
import { placeOf } from './station.ts';

/** How a router parts its customers with these settings. Throws what is wrong with its answer. */
export function routeOf(station: Station, settings: unknown): Route {
  const type = station.node.type as RouterType;
  const route: unknown = type.route(settings, placeOf(station));
  if (isRoute(route)) return route;
  throw new Error(`${type.type}: expected a route by rules, by shares or by each, with what it needs`);
}

function isRoute(value: unknown): value is Route {
  if (typeof value !== 'object' || value === null) return false;
  const route = value as Partial<Record<string, unknown>>;
  switch (route.by) {
    case 'each':
      return typeof route.choose === 'function';
    case 'rules':
      return Array.isArray(route.cases) && route.cases.every(isObject);
    case 'shares':
      return (
        typeof route.key === 'string' &&
        Array.isArray(route.shares) &&
        route.shares.length > 0 &&
        route.shares.every((share) => isObject(share) && typeof (share as { weight?: unknown }).weight === 'number')
      );
    default:
      return false;
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
