import { Badge, Tooltip } from '@mantine/core';
import { IconBolt, IconUserShield } from '@tabler/icons-react';
import type { Attribute } from '../../api/schema.ts';
import { formatPercent } from '../../ui/format.ts';
import classes from './Schema.module.css';
import { typeWords } from './words.ts';

/** Its type; one that is only inferred is drawn with an outline, so that both are told apart at a glance. */
export function TypeBadge({ type, declared, came }: Pick<Attribute, 'type' | 'declared' | 'came'>) {
  const said = declared
    ? 'Declared: what is of another type is kept aside.'
    : came.length > 1
      ? `Inferred: ${came.map((one) => typeWords[one].toLowerCase()).join(' and ')} have come.`
      : 'Inferred from what has come; it widens when something else comes.';
  return (
    <Tooltip label={said}>
      <Badge variant={declared ? 'light' : 'default'} className={declared ? '' : (classes.inferred ?? '')}>
        {typeWords[type]}
      </Badge>
    </Tooltip>
  );
}

export function Marks({ pii, indexed }: Pick<Attribute, 'pii' | 'indexed'>) {
  return (
    <span className={classes.marks}>
      {pii && (
        <Tooltip label="Personal: it tells who somebody is, and is hidden from roles that may not see that.">
          <IconUserShield size={16} aria-label="personal" />
        </Tooltip>
      )}
      {indexed && (
        <Tooltip label="Indexed: rules and searches find its values at once.">
          <IconBolt size={16} aria-label="indexed" />
        </Tooltip>
      )}
    </span>
  );
}

export function Share({ share }: { share: number | null }) {
  if (share === null) return <span className="soft">–</span>;
  return (
    <div className={classes.share}>
      <div className={classes.bar}>
        <i style={{ width: `${Math.max(share > 0 ? 2 : 0, share * 100)}%` }} />
      </div>
      <span className="tabular">
        {share > 0 && share < 0.01 ? '< 1%' : formatPercent(Math.round(share * 100) / 100)}
      </span>
    </div>
  );
}
