import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { parkedQuery } from '../api/queries.ts';
import { useWorkbench } from '../canvas/workbench.tsx';
import { plural } from '../ui/format.ts';
import classes from './Inspector.module.css';

const shown = 5;

/** Who has been set aside at a node, and why. */
export function Parked({ node, count }: { node: string; count: number }) {
  const { editor } = useWorkbench();
  const parked = useQuery({ ...parkedQuery(editor.document.id), refetchInterval: 10_000 });
  const rows = parked.data?.filter((row) => row.node === node).slice(0, shown) ?? [];
  return (
    <section className={classes.section} aria-label="Parked customers">
      <h3>{plural(count, 'customer')} set aside</h3>
      <ul className={classes.problems}>
        {rows.map((row) => (
          <li key={row.customer} data-level="error">
            <Link to="/customers/$customerId" params={{ customerId: String(row.customer) }}>
              Customer {row.customer}
            </Link>
            : {row.error}
          </li>
        ))}
      </ul>
      {count > rows.length && rows.length > 0 && <p className={classes.description}>and {count - rows.length} more</p>}
    </section>
  );
}
