import { table } from './print.ts';
import type { RunResult } from './results.ts';

/** The figures of a run as tables to read. */
export function describeRun(result: RunResult): string {
  const days = result.virtualSeconds / 86_400;
  const { sent, failed, unknown, suppressed } = result.messages;
  return [
    `${result.loop}, version ${result.version}: ${result.customers.toLocaleString('en-US')} customers, ${result.enrollments.toLocaleString('en-US')} enrollments, ${result.turns} turns`,
    '',
    table(
      ['node', 'type', 'entered', 'left by', 'waiting', 'parked'],
      result.nodes.map((node) => [
        node.id,
        node.type,
        node.entered,
        Object.entries(node.ports)
          .map(([port, count]) => `${port} ${count.toLocaleString('en-US')}`)
          .join(', '),
        node.waiting,
        node.parked,
      ]),
    ),
    '',
    `messages: ${sent} sent, ${failed} failed, ${unknown} unknown, ${suppressed} suppressed`,
    ...result.reports.map(({ node, turn, ...figures }) => `report ${node}, turn ${turn}: ${JSON.stringify(figures)}`),
    `${days.toLocaleString('en-US', { maximumFractionDigits: 1 })} days of the clock in ${result.seconds} s`,
  ].join('\n');
}
