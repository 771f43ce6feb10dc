import { table } from './print.ts';

type Figures = Record<string, unknown>;

const percent = (value: unknown): string =>
  typeof value === 'number'
    ? `${(100 * value).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} %`
    : '–';
const points = (value: unknown): string =>
  typeof value === 'number'
    ? `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })}`
    : '–';
const money = (minor: unknown, currency: string): string =>
  typeof minor === 'number'
    ? (minor / 100).toLocaleString('en-US', { style: 'currency', currency, maximumFractionDigits: 0 })
    : '–';
const times = (value: unknown): string =>
  typeof value === 'number' ? `${value.toLocaleString('en-US', { maximumFractionDigits: 1 })} ×` : '–';
const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((of, key) => (of as Figures | undefined)?.[key], value);

/** What the reports of turns have found as a table, beside what is true where the story knows it. */
export function describeUplift(reports: readonly Figures[], truths: readonly ({ turn: number } & Figures)[]): string {
  const lines: string[] = [];
  for (const report of reports) {
    if (!Array.isArray(report.arms) || typeof report.treated !== 'object') continue;
    const currency = typeof report.currency === 'string' ? report.currency : 'EUR';
    const truth = truths.find((each) => each.turn === report.turn);
    const trueArms = Array.isArray(truth?.arms) ? truth.arms : [];
    const row = (name: string, arm: unknown, known?: unknown) => [
      name,
      Number(at(arm, 'customers') ?? 0),
      percent(at(arm, 'rate')),
      points(at(arm, 'uplift', 'difference')),
      at(arm, 'uplift') ? `${points(at(arm, 'uplift', 'low'))} to ${points(at(arm, 'uplift', 'high'))}` : '',
      ...(truth ? [points(at(known, 'uplift'))] : []),
      money(at(arm, 'cost'), currency),
      money(at(arm, 'incrementalValue', 'estimate'), currency),
      times(at(arm, 'return')),
    ];
    lines.push(
      '',
      `Turn ${String(report.turn)}: ${String(report.node)}`,
      table(
        [
          'group',
          'customers',
          'converted',
          'uplift, points',
          '95 % interval',
          ...(truth ? ['true'] : []),
          'cost',
          'gained',
          'return',
        ],
        [
          ...report.arms.map((arm) => {
            const port = String(at(arm, 'port'));
            return row(
              port,
              arm,
              trueArms.find((known) => at(known, 'port') === port),
            );
          }),
          row('all treated', report.treated, truth?.treated),
          row('holdout', report.holdout),
        ],
      ),
    );
  }
  return lines.join('\n');
}
