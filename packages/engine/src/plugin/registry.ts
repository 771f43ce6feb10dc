import { z } from 'zod';
import { stages } from '../loop/loop.ts';
import type { AnyNodeType, Plugin } from './define.ts';
import type { JsonObject } from './json.ts';
import type { Contract, Port } from './node-type.ts';

/** A node type as the outside is told of it. */
export interface NodeTypeDescription {
  type: string;
  stage: string;
  contract: Contract;
  title: string;
  description: string;
  /** With default settings; a type whose ports follow its settings shows what a new node has. */
  ports: Port[];
  delivery?: string;
  settings: JsonObject;
}

const defaultPorts: Record<Contract, readonly Port[]> = {
  source: [{ id: 'entered' }],
  router: [{ id: 'done' }],
  writer: [{ id: 'done' }],
  channel: [{ id: 'sent' }, { id: 'failed' }, { id: 'suppressed' }],
  wait: [{ id: 'done' }],
  report: [{ id: 'done' }],
};

/** A plugin that cannot be used: says which, what was expected, and what came. */
export class PluginError extends Error {
  override name = 'PluginError';
}

/** The node types of an installation. Adding one never edits the engine. */
export class Registry {
  readonly #types = new Map<string, AnyNodeType>();

  constructor(plugins: readonly Plugin[]) {
    for (const plugin of plugins) for (const type of plugin.nodes) this.#add(plugin, type);
  }

  #add(plugin: Plugin, type: AnyNodeType): void {
    const named = `plugin ${plugin.name}: node type ${String(type.type)}`;
    if (!/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/.test(type.type ?? ''))
      throw new PluginError(`${named}: expected a name of the form <plugin>/<node> in lower case`);
    if (!stages.includes(type.stage))
      throw new PluginError(`${named}: expected a stage of ${stages.join(', ')}, got ${String(type.stage)}`);
    if (!(type.contract in defaultPorts))
      throw new PluginError(`${named}: expected one of source(), router(), writer(), channel(), wait(), report()`);
    if (!(type.settings instanceof z.ZodType))
      throw new PluginError(`${named}: expected settings to be a zod 4 schema, got ${typeof type.settings}`);
    if (this.#types.has(type.type)) throw new PluginError(`${named}: the name is taken by another plugin`);
    this.#types.set(type.type, type);
  }

  get(type: string): AnyNodeType | undefined {
    return this.#types.get(type);
  }

  all(): readonly AnyNodeType[] {
    return [...this.#types.values()].sort(
      (a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || (a.type < b.type ? -1 : 1),
    );
  }

  describe(): NodeTypeDescription[] {
    return this.all().map((type) => {
      const empty = type.settings.safeParse({});
      return {
        type: type.type,
        stage: type.stage,
        contract: type.contract,
        title: type.title,
        description: type.description,
        ports: Array.isArray(type.ports) || !type.ports || empty.success ? [...portsOf(type, empty.data)] : [],
        ...(type.contract === 'channel' ? { delivery: type.delivery } : {}),
        settings: withDefaults(
          z.toJSONSchema(type.settings, { io: 'input', unrepresentable: 'any' }) as JsonObject,
          empty.data,
        ),
      };
    });
  }
}

/** zod leaves out the default of a property that holds a rule; what a new node has of it is the default all the same. */
function withDefaults(schema: JsonObject, fresh: unknown): JsonObject {
  const values = (fresh ?? {}) as JsonObject;
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>).map(([name, property]) => [
    name,
    property.default === undefined && values[name] !== undefined ? { ...property, default: values[name] } : property,
  ]);
  return schema.properties ? { ...schema, properties: Object.fromEntries(properties) } : schema;
}

/** The ports of a node with these parsed settings, in their order on the canvas. */
export function portsOf(type: AnyNodeType, settings: unknown): readonly Port[] {
  if (!type.ports) return defaultPorts[type.contract];
  return typeof type.ports === 'function' ? type.ports(settings) : type.ports;
}
