import type { SettingsProblem } from '@osicam/engine/plugin';

/** Two ways out of one name would be one way out: every name after the first of its kind is a problem. */
export function sameNames(ports: readonly { name: string; path: readonly (string | number)[] }[]): SettingsProblem[] {
  return ports
    .filter(({ name }, index) => ports.findIndex((port) => port.name === name) < index)
    .map(({ name, path }) => ({ path, message: `expected a name that no other way out has, got "${name}" again` }));
}
