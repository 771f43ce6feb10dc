import type { CustomerView, Json } from '../../api/contract.ts';
import { formatNumber } from '../../ui/format.ts';
import classes from './Customer.module.css';

export function Traits({ view }: { view: CustomerView }) {
  const traits = Object.entries(view.traits).sort(([a], [b]) => a.localeCompare(b));
  return (
    <dl className={classes.traits} data-testid="traits">
      {traits.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="tabular">{say(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

const say = (value: Json): string =>
  value === null
    ? '–'
    : typeof value === 'boolean'
      ? value
        ? 'yes'
        : 'no'
      : typeof value === 'number'
        ? formatNumber(value)
        : typeof value === 'string'
          ? value
          : JSON.stringify(value);
