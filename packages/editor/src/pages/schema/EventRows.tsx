import { Badge, Table } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import type { EventType, Place } from '../../api/schema.ts';
import { plural } from '../../ui/format.ts';
import { Aside, AttributeRow } from './AttributeRow.tsx';
import { Share } from './Marks.tsx';
import classes from './Schema.module.css';

interface Props {
  event: EventType;
  expanded: boolean;
  onToggle: () => void;
  onOpen: (place: Place) => void;
}

/** An event type, and under it what its events say. */
export function EventRows({ event, expanded, onToggle, onOpen }: Props) {
  const { type, label, description, declared, properties, share } = event;
  const misfits = event.misfits + properties.reduce((sum, one) => sum + one.misfits, 0);
  return (
    <>
      <Table.Tr data-testid={`event-${type}`}>
        <Table.Td>
          <div className={classes.event}>
            <button
              type="button"
              className={classes.expand}
              aria-expanded={expanded}
              aria-label={`Properties of ${label ?? type}`}
              onClick={onToggle}
            >
              <IconChevronRight size={15} />
            </button>
            <div style={{ minWidth: 0 }}>
              <button
                type="button"
                className={classes.open}
                title={description ?? undefined}
                onClick={() => onOpen({ event: type, name: '' })}
              >
                {label ?? type}
              </button>
              {label !== null && label !== type && <span className={classes.code}>{type}</span>}
            </div>
          </div>
        </Table.Td>
        <Table.Td>
          <Badge variant={declared ? 'light' : 'default'} className={declared ? '' : (classes.inferred ?? '')}>
            {declared ? 'Declared' : 'Inferred'}
          </Badge>
        </Table.Td>
        <Table.Td className="soft">{plural(properties.length, 'field')}</Table.Td>
        <Table.Td>
          <Share share={share} />
        </Table.Td>
        <Table.Td className={classes.number}>
          <Aside count={misfits} />
        </Table.Td>
      </Table.Tr>
      {expanded &&
        properties.map((property) => (
          <AttributeRow
            key={property.name}
            attribute={property}
            inner
            onOpen={() => onOpen({ event: type, name: property.name })}
          />
        ))}
    </>
  );
}
