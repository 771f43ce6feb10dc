import { parseLoop } from '../../loop/index.ts';
import type { Registry } from '../../plugin/index.ts';
import { portsOf } from '../../plugin/index.ts';
import type { Transaction } from '../../store/index.ts';
import { loadVersions } from '../../store/index.ts';

interface InVersion {
  loop: string;
  version: number;
}

/** What a step is called: the name of its node, and of the port that it left by. Missing where its node type is not installed any more. */
export type StepNames = (place: InVersion, step: { node: string; port: number }) => { name?: string; portId?: string };

/** The names of steps, as the versions that they belong to have them. */
export async function namesOf(tx: Transaction, registry: Registry, places: readonly InVersion[]): Promise<StepNames> {
  const versions = new Map<string, Map<string, { name: string; ports: readonly { id: string }[] }>>();
  for (const loop of new Set(places.map((each) => each.loop)))
    for (const version of await loadVersions(tx, loop)) {
      const nodes = parseLoop(JSON.parse(version.document)).nodes.map(({ id, type, data }) => {
        const found = registry.get(type);
        const settings = found?.settings.safeParse(data.settings);
        const ports = found && settings?.success ? portsOf(found, settings.data) : [];
        return [id, { name: data.label || found?.title || id, ports }] as const;
      });
      versions.set(`${loop} ${version.number}`, new Map(nodes));
    }
  return ({ loop, version }, { node, port }) => {
    const found = versions.get(`${loop} ${version}`)?.get(node);
    const portId = found?.ports[port]?.id;
    return { ...(found ? { name: found.name } : {}), ...(portId === undefined ? {} : { portId }) };
  };
}
