import type { Json, JsonObject } from '../../api/contract.ts';
import { formatMoney, formatNumber, formatPercent, humanise } from '../../ui/format.ts';
import classes from './Results.module.css';

/** Figures of any report: numbers in front, lists of like things as tables, and the rest by name. */
export function Figures({ figures }: { figures: JsonObject }) {
  const currency = typeof figures['currency'] === 'string' ? figures['currency'] : undefined;
  const entries = Object.entries(figures).filter(([name]) => name !== 'currency');
  const plain = entries.filter(([, value]) => typeof value !== 'object' || value === null);
  const nested = entries
    .filter(([, value]) => typeof value === 'object' && value !== null)
    .sort(([, a], [, b]) => length(a) - length(b));
  return (
    <div className={classes.figures}>
      {plain.length > 0 && (
        <dl className={`${classes.numbers} tabular`}>
          {plain.map(([name, value]) => (
            <div key={name}>
              <dt>{humanise(name)}</dt>
              <dd>{say(name, value, currency)}</dd>
            </div>
          ))}
        </dl>
      )}
      {nested.map(([name, value]) =>
        length(value) > folded ? (
          <details key={name} className={classes.fold}>
            <summary>
              {humanise(name)} <small>{formatNumber(length(value))} rows</small>
            </summary>
            <Nested value={value} currency={currency} />
          </details>
        ) : (
          <div key={name}>
            <h4 className={classes.small}>{humanise(name)}</h4>
            <Nested value={value} currency={currency} />
          </div>
        ),
      )}
    </div>
  );
}

function Nested({ value, currency }: { value: Json; currency: string | undefined }) {
  const rows = rowsOf(value);
  if (!rows) {
    if (isObject(value)) return <Figures figures={currency === undefined ? value : { currency, ...value }} />;
    return (
      <span className={classes.raw}>{Array.isArray(value) && value.length === 0 ? 'none' : JSON.stringify(value)}</span>
    );
  }
  // Beside what a person calls a node, its id and type are noise.
  const named = rows.every((row) => typeof row['label'] === 'string' && row['label'] !== '');
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (column) => !named || (column !== 'id' && column !== 'type'),
  );
  return (
    <div className={classes.scroll}>
      <table className={`${classes.table} tabular`}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} data-number={rows.some((row) => typeof row[column] === 'number') || undefined}>
                {humanise(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} data-number={typeof row[column] === 'number' || undefined}>
                  {say(column, row[column] ?? null, currency)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Short things first: a long table pushes what follows it off the screen. */
const length = (value: Json): number => (Array.isArray(value) ? value.length : 0);

const folded = 12;

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of objects, or an object of objects, as rows. */
function rowsOf(value: Json): JsonObject[] | undefined {
  if (Array.isArray(value)) return value.length > 0 && value.every(isObject) ? value : undefined;
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([, one]) => isObject(one)))
    return entries.map(([name, one]) => ({ name, ...(one as JsonObject) }));
  return undefined;
}

function say(name: string, value: Json, currency: string | undefined): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, one]) => `${key} ${say(key, one, currency)}`)
      .join(' · ');
  if (typeof value === 'string') return value;
  if (/rate|share|holdout$/i.test(name) && Math.abs(value) <= 1) return formatPercent(value);
  if (/cost|revenue|spent/i.test(name)) return formatMoney(value, currency);
  return formatNumber(value);
}
