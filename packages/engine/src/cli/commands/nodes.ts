import type { Command } from 'commander';
import { printJson, printLine, table } from '../print.ts';
import type { Wiring } from '../wiring.ts';

/** `osicam nodes`: what can be placed on a canvas here. */
export function addNodes(program: Command, wiring: Wiring): void {
  program
    .command('nodes')
    .description('List the node types that the plugins of this installation offer')
    .option('--json', 'print one JSON document, with the JSON Schema of the settings')
    .action(async ({ json }: { json?: boolean }) => {
      const nodes = (await wiring.registry()).describe();
      if (json) return printJson(nodes);
      printLine(
        table(
          ['type', 'stage', 'contract', 'ports', 'title'],
          nodes.map((node) => [
            node.type,
            node.stage,
            node.contract,
            node.ports.map(({ id }) => id).join(', '),
            node.title,
          ]),
        ),
      );
    });
}
