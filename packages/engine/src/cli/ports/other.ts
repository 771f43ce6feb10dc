import { pathText, problemsOf } from '../../loop/index.ts';
import type { Registry } from '../../plugin/index.ts';
import { portsOf } from '../../plugin/index.ts';
import type { HealthPort, NodesPort, WriteKeysPort } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';
import { createFigures } from './figures.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

export function createNodesPort(registry: Registry): NodesPort {
  const described = registry.describe();
  return {
    describe: () => described,
    ports: (name, settings) => {
      const type = registry.get(name);
      if (!type) return undefined;
      const parsed = type.settings.safeParse(settings);
      if (!parsed.success) return { ports: [], problems: problemsOf(parsed.error, [], 'settings', settings) };
      const problems = (type.check?.(parsed.data) ?? []).map(({ path, message }) => ({
        level: 'error' as const,
        code: 'settings',
        path: pathText(path),
        message,
      }));
      return { ports: portsOf(type, parsed.data).map((port) => ({ ...port })), problems };
    },
  };
}

export function createWriteKeysPort(read: Read, host: EngineHost): WriteKeysPort {
  return {
    list: () =>
      read((tx) => tx.all('SELECT digest, name, created_at AS "createdAt" FROM write_key ORDER BY created_at, digest')),
    add: (key) => host.addWriteKey(key),
  };
}

export function createHealthPort(read: Read, host: Pick<EngineHost, 'ping'>, now: () => number): HealthPort {
  return { ready: () => host.ping(), figures: createFigures(read, now) };
}
