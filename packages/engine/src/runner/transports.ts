import type { Log, Registry, Transport } from '../plugin/index.ts';
import type { Transports } from './parts.ts';
import type { Rate } from './rate.ts';
import { splitRate } from './rate.ts';

/** Accepts everything and sends nothing: the message's row in the outbox is all that becomes of it. */
const sink: Transport = { deliver: async () => ({ status: 'sent', detail: 'kept in the local sink' }) };

/**
 * The ways out of this process. `deliver` names the node types that may reach the world, each with its configuration; all
 * others end in a local sink. `override` puts something else in a type's place: the demo's own world. A `rate` in a channel's
 * configuration is the outbox's, which holds to it; the channel is handed the rest.
 */
export function createTransports({
  registry,
  log,
  folder,
  deliver,
  override = {},
}: {
  registry: Registry;
  log: Log;
  folder: string;
  deliver: Readonly<Record<string, unknown>>;
  override?: Readonly<Record<string, Transport>>;
}): Transports {
  const open = new Map<string, Promise<Transport>>();
  const wayOf = (nodeType: string): string => {
    const type = registry.get(nodeType);
    return (type?.contract === 'channel' ? type.via : undefined) ?? nodeType;
  };
  const connect = async (nodeType: string): Promise<Transport> => {
    if (Object.hasOwn(override, nodeType)) return override[nodeType] as Transport;
    if (!Object.hasOwn(deliver, nodeType)) return sink;
    const type = registry.get(nodeType);
    if (type?.contract !== 'channel') throw new Error(`expected ${nodeType} to be a channel of this installation`);
    return type.connect({ config: splitRate(nodeType, deliver[nodeType]).config, folder, log });
  };
  const rates = new Map<string, Rate | undefined>(
    Object.entries(deliver).map(([nodeType, config]) => [nodeType, splitRate(nodeType, config).rate]),
  );
  return {
    isLocal: (nodeType) => Object.hasOwn(override, wayOf(nodeType)) || !Object.hasOwn(deliver, wayOf(nodeType)),
    rateOf: (nodeType) => rates.get(wayOf(nodeType)),
    open(named) {
      const nodeType = wayOf(named);
      let transport = open.get(nodeType);
      if (!transport) {
        transport = connect(nodeType);
        open.set(nodeType, transport);
        // One that could not be opened is tried again with the next message.
        transport.catch(() => open.delete(nodeType));
      }
      return transport;
    },
    async close() {
      const all = [...open.values()];
      open.clear();
      for (const transport of all) await (await transport).close?.();
    },
  };
}
