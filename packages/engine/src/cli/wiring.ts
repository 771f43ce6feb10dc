import type { Registry } from '../plugin/index.ts';
import type { Config } from './config.ts';
import { loadRegistry, readConfig } from './config.ts';
import { openDatabase } from './open-database.ts';

/** What commands are given: made when first asked for, so that `--help` loads nothing. */
export interface Wiring {
  config(): Config;
  registry(): Promise<Registry>;
  openDatabase: typeof openDatabase;
}

export function createWiring(named: () => string | undefined): Wiring {
  let config: Config | undefined;
  let registry: Promise<Registry> | undefined;
  const wiring: Wiring = {
    config() {
      config ??= readConfig(named());
      return config;
    },
    registry() {
      registry ??= loadRegistry(wiring.config());
      return registry;
    },
    openDatabase,
  };
  return wiring;
}
