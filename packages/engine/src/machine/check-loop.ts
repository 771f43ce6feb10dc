import type { Loop, NodeFacts, Problem } from '../loop/index.ts';
import { lintLoop, LoopError, parseLoop, pathText, problemsOf } from '../loop/index.ts';
import type { AnyNodeType, Port, Registry } from '../plugin/index.ts';
import { portsOf, z } from '../plugin/index.ts';
import { checkHappenings } from './check-happenings.ts';
import { checkSegments } from './check-segments.ts';

/** A node of a loop with what its type makes of it. */
export interface CheckedNode {
  id: string;
  label: string;
  type: AnyNodeType;
  settings: unknown;
  ports: readonly Port[];
}

export interface CheckedLoop {
  loop: Loop;
  nodes: ReadonlyMap<string, CheckedNode>;
  problems: Problem[];
}

/** What else an installation has that a loop may name. What is left out is not checked. */
export interface Installed {
  readonly segments?: ReadonlySet<string>;
}

/** Checks a document that has the shape of a loop against the node types of this installation. */
export function checkLoop(loop: Loop, registry: Registry, { segments }: Installed = {}): CheckedLoop {
  const problems: Problem[] = [];
  const nodes = new Map<string, CheckedNode>();
  const facts = new Map<string, NodeFacts>();

  loop.nodes.forEach((node, i) => {
    const type = registry.get(node.type);
    if (!type) {
      const known = registry.all().map((each) => each.type);
      problems.push({
        level: 'error',
        code: 'unknown-node-type',
        node: node.id,
        path: `nodes[${i}].type`,
        message: `no plugin of this installation offers ${node.type}: install the plugin that does and name it in the configuration, or use one of ${known.join(', ')}`,
      });
      return;
    }
    const base = ['nodes', i, 'data', 'settings'];
    const parsed = type.settings.safeParse(node.data.settings);
    if (!parsed.success)
      problems.push(
        ...problemsOf(parsed.error, base, 'settings', node.data.settings).map((problem) => ({
          ...problem,
          node: node.id,
        })),
      );
    for (const name of unknownSettings(type, node.data.settings))
      problems.push({
        level: 'error',
        code: 'unknown-setting',
        node: node.id,
        path: pathText([...base, name]),
        message: `${node.type} has no setting ${name}: correct the name or delete it`,
      });
    const fallback = parsed.success ? parsed : type.settings.safeParse({});
    const ports = parsed.success || Array.isArray(type.ports) || !type.ports ? portsOf(type, fallback.data) : undefined;
    if (parsed.success && type.check)
      for (const { path, message } of type.check(parsed.data))
        problems.push({ level: 'error', code: 'settings', node: node.id, path: pathText([...base, ...path]), message });
    if (!ports) return;
    nodes.set(node.id, { id: node.id, label: node.data.label || type.title, type, settings: fallback.data, ports });
    facts.set(node.id, {
      ports,
      stage: type.stage,
      isEntry: type.contract === 'source',
      isWait: type.contract === 'wait' && !passes(type, fallback.data),
    });
  });
  problems.push(...lintLoop(loop, (id) => facts.get(id)), ...checkHappenings(loop));
  if (segments) problems.push(...checkSegments(loop, nodes, segments));
  return { loop, nodes, problems };
}

const passes = ({ passes: may = false }: Extract<AnyNodeType, { contract: 'wait' }>, settings: unknown): boolean =>
  typeof may === 'function' ? may(settings) : may;

/** Names that the node type's schema would drop without a word: mostly misspelt ones. */
function unknownSettings(type: AnyNodeType, settings: Readonly<Record<string, unknown>>): string[] {
  const known = type.settings instanceof z.ZodObject ? Object.keys(type.settings.shape) : undefined;
  return known ? Object.keys(settings).filter((name) => !known.includes(name)) : [];
}

/** All that is wrong with a document, whatever it is. */
export function validateLoop(document: unknown, registry: Registry, installed?: Installed): Problem[] {
  try {
    return checkLoop(parseLoop(document), registry, installed).problems;
  } catch (error) {
    if (error instanceof LoopError) return [...error.problems];
    throw error;
  }
}
