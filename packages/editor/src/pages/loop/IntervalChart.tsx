import { formatPoints } from '../../ui/format.ts';
import classes from './Results.module.css';
import type { Interval } from './read-uplift.ts';

interface Row extends Interval {
  label: string;
}

/** Differences with their 95 % intervals against nought, all on one scale. An interval that leaves nought out is coloured. */
export function IntervalChart({ rows }: { rows: readonly Row[] }) {
  const reach = Math.max(0.01, ...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)])) * 1.08;
  const lowest = Math.min(0, ...rows.map(({ low }) => low)) < 0 ? -reach : 0 - reach * 0.06;
  const span = reach - lowest;
  const at = (value: number) => ((value - lowest) / span) * 100;
  return (
    <table className={`${classes.intervals} tabular`}>
      <thead className={classes.hidden}>
        <tr>
          <th>Treatment</th>
          <th>Interval</th>
          <th>Difference</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, estimate, low, high }) => {
          const sure = low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
          return (
            <tr key={label} data-sure={sure}>
              <th scope="row">{label}</th>
              <td className={classes.plot}>
                <svg
                  viewBox="0 0 100 20"
                  preserveAspectRatio="none"
                  role="img"
                  aria-label={`${label}: ${formatPoints(estimate)}, between ${formatPoints(low)} and ${formatPoints(high)}`}
                >
                  <line x1={at(0)} x2={at(0)} y1={0} y2={20} className={classes.nought} />
                  <line x1={at(low)} x2={at(high)} y1={10} y2={10} className={classes.range} />
                </svg>
                <i className={classes.point} style={{ left: `${at(estimate)}%` }} />
              </td>
              <td className={classes.difference}>
                <b>{formatPoints(estimate)}</b>
                <small>
                  {formatPoints(low)} … {formatPoints(high)}
                </small>
              </td>
            </tr>
          );
        })}
      </tbody>
      <tfoot aria-hidden>
        <tr>
          <td colSpan={3} className={classes.axis}>
            <span>the line is no difference</span>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
