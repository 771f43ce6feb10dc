import type { Registry } from '../plugin/index.ts';
import { CliError } from './cli-error.ts';
import type { Config } from './config.ts';

/** Which channels may reach the world: `type`, with what the configuration holds for it, or `type=url`. */
export function parseDelivery(named: readonly string[], registry: Registry, config: Config): Record<string, unknown> {
  const deliver: Record<string, unknown> = {};
  for (const text of named) {
    const [, type = '', url] = /^([^=]+)(?:=(.*))?$/.exec(text) ?? [];
    if (registry.get(type)?.contract !== 'channel') {
      const channels = registry.all().filter(({ contract }) => contract === 'channel');
      throw new CliError(
        `--deliver: expected a channel (${channels.map((each) => each.type).join(', ')}), got ${text}`,
        2,
      );
    }
    deliver[type] = url === undefined ? (config.channels[type] ?? {}) : { ...(config.channels[type] as object), url };
  }
  return deliver;
}
