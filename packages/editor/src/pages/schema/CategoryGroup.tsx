import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { stageStyle } from '../../ui/stages.ts';
import table from '../../ui/Table.module.css';
import type { categoryInfos } from '../customers/categories.ts';
import classes from './Schema.module.css';

interface Props {
  info: (typeof categoryInfos)[number];
  count: string;
  /** What the column of shares is of. */
  of: string;
  /** What the column before it is. */
  marks: string;
  children: ReactNode;
}

/** One of the six kinds of information, with a table of what it holds. */
export function CategoryGroup({ info: { id, title, what, icon: Icon, stage }, count, of, marks, children }: Props) {
  return (
    <section className={classes.group} style={stageStyle(stage)} data-testid={`schema-${id}`}>
      <h2 className={classes.category}>
        <Icon size={17} stroke={1.8} />
        {title}
        <small>
          {count} · {what.toLowerCase()}
        </small>
      </h2>
      <div className={table.frame}>
        <Table className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th w={150}>Type</Table.Th>
              <Table.Th w={90}>{marks}</Table.Th>
              <Table.Th w={200}>{of}</Table.Th>
              <Table.Th w={110} className={classes.number ?? ''}>
                Kept aside
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
