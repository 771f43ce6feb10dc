import type { CustomerView } from '../../api/contract.ts';
import { formatDate, formatNumber, humanise } from '../../ui/format.ts';
import { stageStyle } from '../../ui/stages.ts';
import classes from './Customer.module.css';
import { categoryInfos } from './categories.ts';

/** The six kinds of information side by side: how much there is of each, and the latest. */
export function CategoryCards({ view }: { view: CustomerView }) {
  return (
    <ul className={classes.cards}>
      {categoryInfos.map(({ id, title, what, icon: Icon, stage }) => {
        const { total, latest } = view.events[id];
        const [last] = latest;
        // Traits are the basics; they are no events.
        const count = id === 'basic' ? Object.keys(view.traits).length : total;
        return (
          <li
            key={id}
            style={stageStyle(stage)}
            title={what}
            data-empty={count === 0 || undefined}
            data-testid={`category-${id}`}
          >
            <span className={classes.cardIcon}>
              <Icon size={17} stroke={1.8} />
            </span>
            <div>
              <span className={classes.cardTitle}>
                {title} <b className="tabular">{formatNumber(count)}</b>
              </span>
              <small>
                {last ? (
                  <>
                    {humanise(last.type)}, {formatDate(last.time)}
                  </>
                ) : id === 'basic' && count > 0 ? (
                  'known traits'
                ) : (
                  'nothing yet'
                )}
              </small>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
