import { Table } from '@mantine/core';
import type { Attribute } from '../../api/schema.ts';
import { formatNumber } from '../../ui/format.ts';
import { Marks, Share, TypeBadge } from './Marks.tsx';
import classes from './Schema.module.css';

interface Props {
  attribute: Attribute;
  inner?: boolean;
  onOpen: () => void;
}

export function AttributeRow({ attribute, inner = false, onOpen }: Props) {
  const { name, label, description, share, misfits } = attribute;
  return (
    <Table.Tr className={inner ? classes.inner : undefined} data-testid={`attribute-${name}`}>
      <Table.Td>
        <button type="button" className={classes.open} onClick={onOpen} title={description ?? undefined}>
          {label ?? (name === '' ? '(no name)' : name)}
        </button>
        {label !== null && label !== name && <span className={classes.code}>{name}</span>}
      </Table.Td>
      <Table.Td>
        <TypeBadge {...attribute} />
      </Table.Td>
      <Table.Td>
        <Marks {...attribute} />
      </Table.Td>
      <Table.Td>
        <Share share={share} />
      </Table.Td>
      <Table.Td className={classes.number}>
        <Aside count={misfits} />
      </Table.Td>
    </Table.Tr>
  );
}

export const Aside = ({ count }: { count: number }) =>
  count > 0 ? (
    <span className={`${classes.aside} tabular`}>{formatNumber(count)}</span>
  ) : (
    <span className="soft">–</span>
  );
