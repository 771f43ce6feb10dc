import { Text } from '@mantine/core';
import { formatMoney, formatNumber, formatPercent, formatPoints, humanise, plural } from '../../ui/format.ts';
import { IntervalChart } from './IntervalChart.tsx';
import classes from './Results.module.css';
import type { Arm, Uplift } from './read-uplift.ts';

/** What a treatment did beyond what would have happened anyway: a sentence, the intervals, and the money. */
export function UpliftCard({ uplift }: { uplift: Uplift }) {
  const { treated, holdout, arms, currency, goal, groups } = uplift;
  const open = treated.open + holdout.open;
  const event = humanise(goal).toLowerCase();
  const rows = [
    ...(treated.uplift ? [{ label: 'All treated', ...treated.uplift }] : []),
    ...(arms.length > 1 ? arms.flatMap((arm) => (arm.uplift ? [{ label: arm.port, ...arm.uplift }] : [])) : []),
  ];
  return (
    <div className={classes.uplift} data-testid="uplift">
      <p className={classes.verdict}>{verdict(uplift)}</p>
      {rows.length > 0 && <IntervalChart rows={rows} />}
      <dl className={`${classes.numbers} tabular`}>
        <Figure
          title={`Treated: ${event}`}
          value={rateOf(treated)}
          note={`${formatNumber(treated.conversions)} of ${formatNumber(treated.customers)}`}
        />
        <Figure
          title={`Held out: ${event}`}
          value={rateOf(holdout)}
          note={`${formatNumber(holdout.conversions)} of ${formatNumber(holdout.customers)}`}
        />
        {treated.extra && (
          <Figure
            title="More because of it"
            value={formatNumber(Math.round(treated.extra.estimate))}
            note={`${formatNumber(Math.round(treated.extra.low))} … ${formatNumber(Math.round(treated.extra.high))}`}
          />
        )}
        {treated.value && (
          <Figure
            title="Value gained"
            value={formatMoney(treated.value.estimate, currency)}
            note={`${formatMoney(treated.value.low, currency)} … ${formatMoney(treated.value.high, currency)}`}
          />
        )}
        {treated.cost !== null && (
          <Figure
            title="Cost"
            value={formatMoney(treated.cost, currency)}
            note={treated.messages === null ? undefined : `${formatNumber(treated.messages)} messages`}
          />
        )}
        {treated.return !== null && (
          <Figure
            title="Return on cost"
            value={`${formatNumber(Math.round(treated.return * 100) / 100)} ×`}
            note="gain less cost, over cost"
          />
        )}
      </dl>
      {groups.length > 0 && (
        <>
          <h4 className={classes.small}>By {humanise(uplift.by ?? 'group').toLowerCase()}</h4>
          <IntervalChart
            rows={groups.flatMap(({ group, treated: of }) => (of.uplift ? [{ label: group, ...of.uplift }] : []))}
          />
        </>
      )}
      {open > 0 && (
        <Text size="xs" c="var(--ink-soft)">
          For {plural(open, 'customer')} the time is not up yet; these figures still move.
        </Text>
      )}
      {uplift.learning && uplift.learning !== 'proposed' && (
        <Text size="xs" c="var(--ink-soft)">
          {uplift.learning.charAt(0).toUpperCase() + uplift.learning.slice(1)}.
        </Text>
      )}
    </div>
  );
}

const rateOf = (arm: Arm): string => (arm.rate === null ? '–' : formatPercent(arm.rate));

function verdict({ treated, goal }: Uplift): string {
  if (!treated.uplift) return 'Nothing can be compared yet: one of the two groups is empty.';
  const { estimate, low, high } = treated.uplift;
  const by = formatPoints(Math.abs(estimate)).replace('+', '');
  if (low > 0)
    return `The treatment works: ${by} more customers came to “${humanise(goal).toLowerCase()}” than would have anyway.`;
  if (high < 0)
    return `The treatment harms: ${by} fewer customers came to “${humanise(goal).toLowerCase()}” than would have anyway.`;
  return `No effect is proven: the difference of ${formatPoints(estimate)} may be chance.`;
}

const Figure = ({ title, value, note }: { title: string; value: string; note?: string | undefined }) => (
  <div>
    <dt>{title}</dt>
    <dd>{value}</dd>
    {note && <small>{note}</small>}
  </div>
);
