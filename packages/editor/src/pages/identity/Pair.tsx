import { Tooltip } from '@mantine/core';
import { IconTilde, IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Json } from '../../api/contract.ts';
import type { Agreement, Proposal, ProposalSide } from '../../api/identity.ts';
import { formatDate, formatPercent, humanise, plural } from '../../ui/format.ts';
import classes from './Identity.module.css';

const marks: Record<Agreement, { icon: typeof IconCheck; says: string }> = {
  agrees: { icon: IconCheck, says: 'the same' },
  similar: { icon: IconTilde, says: 'nearly the same' },
  differs: { icon: IconX, says: 'different' },
  one: { icon: IconMinus, says: 'known of one only' },
};

/** Two customers side by side: what agrees first, then what does not. */
export function Pair({ proposal: { customer, other, score, why, fields } }: { proposal: Proposal }) {
  return (
    <>
      <div className={classes.why}>
        <span className={classes.score}>{formatPercent(score)}</span>
        <span>{why.charAt(0).toUpperCase() + why.slice(1)}.</span>
      </div>
      <table className={classes.pair}>
        <thead>
          <tr>
            <th aria-label="Trait" />
            <Who side={customer} />
            <Who side={other} />
          </tr>
        </thead>
        <tbody>
          {fields.map(({ trait, agreement }) => {
            const { icon: Mark, says } = marks[agreement];
            return (
              <tr key={trait} className={classes[agreement]}>
                <th scope="row">
                  <span className={classes.field}>
                    <Tooltip label={says} openDelay={300}>
                      <Mark size={15} aria-label={says} role="img" />
                    </Tooltip>
                    {humanise(trait)}
                  </span>
                </th>
                <Value of={customer.traits[trait]} />
                <Value of={other.traits[trait]} />
              </tr>
            );
          })}
          <tr className={classes.one}>
            <th scope="row">Known by</th>
            <Keys side={customer} />
            <Keys side={other} />
          </tr>
        </tbody>
      </table>
    </>
  );
}

function Who({ side }: { side: ProposalSide }) {
  const { traits } = side;
  const text = (name: string) => (typeof traits[name] === 'string' ? (traits[name] as string).trim() : '');
  const name =
    text('name') || [text('firstName') || text('first_name'), text('lastName') || text('last_name')].join(' ').trim();
  return (
    <th scope="col">
      <Link to="/customers/$customerId" params={{ customerId: String(side.id) }} className={classes.name}>
        {name || `Customer ${side.id}`}
      </Link>
      <span className={classes.about}>
        #{side.id} · since {formatDate(side.createdAt)} · {plural(side.events, 'event')}
        {side.live > 0 ? ` · in ${plural(side.live, 'loop')}` : ''}
      </span>
    </th>
  );
}

const Value = ({ of }: { of: Json | undefined }) =>
  of === undefined || of === null || of === '' ? (
    <td className={classes.nothing}>–</td>
  ) : (
    <td>{typeof of === 'object' ? JSON.stringify(of) : String(of)}</td>
  );

const Keys = ({ side }: { side: ProposalSide }) => (
  <td>
    <ul className={classes.keys}>
      {side.identities.map(({ kind, value }) => (
        <li key={`${kind} ${value}`}>
          <span>{kind}</span> {value}
        </li>
      ))}
    </ul>
  </td>
);
