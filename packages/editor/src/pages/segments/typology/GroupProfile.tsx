import { Text, Tooltip } from '@mantine/core';
import { explainRule } from '@osicam/engine/rule';
import type { ReactNode } from 'react';
import type { GroupTrait, ProposedGroup } from '../../../api/typologies.ts';
import { useRuleLabels } from '../../../inspector/rule/use-rule-labels.ts';
import { formatNumber, formatPercent } from '../../../ui/format.ts';
import classes from './Typology.module.css';

interface Props {
  group: ProposedGroup;
  heading: ReactNode;
  /** How many are in it, where that is known of all. */
  size?: string | undefined;
}

/** What tells so many things of a group. */
const shown = 4;

/** One group: how large it is, and what tells it from all customers. */
export function GroupProfile({ group, heading, size }: Props) {
  const words = explainRule(group.rule, useRuleLabels());
  const telling = group.profile.filter(({ distance }) => Math.abs(distance) >= 0.1).slice(0, shown);
  return (
    <section className={classes.group}>
      <div className={classes.groupHead}>
        {heading}
        <span className={`${classes.share} tabular`}>{formatPercent(group.share)}</span>
      </div>
      {size && <Text className={`${classes.small} tabular`}>{size}</Text>}
      {group.target !== undefined && (
        <Text className={classes.small}>
          holds for <b className="tabular">{formatPercent(group.target)}</b>
        </Text>
      )}
      <ul className={classes.traits}>
        {telling.map((trait) => (
          <li key={trait.label}>
            <span className={classes.label}>{trait.label}</span>
            <span className="tabular">
              <b>{said(trait, trait.own)}</b> <span className="soft">all {said(trait, trait.all)}</span>
            </span>
            <Distance value={trait.distance} />
          </li>
        ))}
      </ul>
      <Tooltip label={words} maw={420}>
        <Text className={classes.rule} lineClamp={2}>
          {words}
        </Text>
      </Tooltip>
    </section>
  );
}

const said = ({ is }: GroupTrait, value: number): string =>
  is === 'share'
    ? formatPercent(value)
    : formatNumber(Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10);

/** To the right of the middle is more than all have, to the left less; two standard deviations fill the half. */
function Distance({ value }: { value: number }) {
  const width = Math.min(50, Math.abs(value) * 25);
  return (
    <i className={classes.distance} aria-hidden="true">
      <i style={value < 0 ? { right: '50%', width: `${width}%` } : { left: '50%', width: `${width}%` }} />
    </i>
  );
}
