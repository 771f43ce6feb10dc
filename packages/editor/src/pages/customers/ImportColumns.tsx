import { Badge, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { memo, useCallback, useState } from 'react';
import type { ImportColumn, ImportPreview } from '../../api/imports.ts';
import { formatNumber } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import classes from './ImportDialog.module.css';
import type { ColumnPlan, Plans, Use } from './import-mapping.ts';
import { foundPlan } from './import-mapping.ts';

const words: Record<Use, string> = {
  trait: 'a trait',
  identity: 'an identity',
  time: 'time of the event',
  property: 'property of the event',
  messageId: 'id of the event',
  consent: 'a consent',
  relationship: 'a relationship',
  ignore: 'nothing',
};
const ofCustomers: readonly Use[] = ['trait', 'identity', 'consent', 'relationship', 'ignore'];
const ofEvents: readonly Use[] = ['time', 'property', 'messageId', ...ofCustomers];

const noDates: string[] = [];

const types = [
  { value: '', label: 'as found' },
  { value: 'text', label: 'text' },
  { value: 'number', label: 'number' },
  { value: 'boolean', label: 'yes or no' },
  { value: 'date', label: 'date' },
  { value: 'money', label: 'money' },
];

interface Props {
  preview: ImportPreview;
  plans: Plans;
  isEvents: boolean;
  onChange: (column: string, plan: ColumnPlan) => void;
}

/** Every column with examples, and what is to become of it. */
export function ImportColumns({ preview, plans, isEvents, onChange }: Props) {
  const [search, setSearch] = useState('');
  const { columns, rows, misfits } = preview;
  const sought = search.trim().toLowerCase();
  const shown = sought === '' ? columns : columns.filter(({ name }) => name.toLowerCase().includes(sought));
  return (
    <Stack gap={8}>
      {columns.length > 15 && (
        <TextInput
          size="xs"
          aria-label="Find a column"
          placeholder={`Find one of ${formatNumber(columns.length)} columns`}
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <div className={`${table.frame} ${classes.columns}`}>
        <table>
          <thead>
            <tr>
              <th>Column</th>
              <th>For example</th>
              <th>Becomes</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((column) => (
              <Row
                key={column.name}
                column={column}
                plan={plans[column.name]}
                rows={rows}
                misfits={misfits[column.name] ?? 0}
                isEvents={isEvents}
                onChange={onChange}
              />
            ))}
            {shown.length === 0 && (
              <tr>
                <td colSpan={3}>
                  <Text size="sm" c="var(--ink-soft)">
                    No column is named so.
                  </Text>
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </Stack>
  );
}

const Row = memo(function Row({
  column,
  plan,
  rows,
  misfits,
  isEvents,
  onChange,
}: {
  column: ImportColumn;
  plan: ColumnPlan | undefined;
  rows: number;
  misfits: number;
  isEvents: boolean;
  onChange: Props['onChange'];
}) {
  const { name, type, missing, examples } = column;
  const now = plan ?? foundPlan(column);
  const change = useCallback((part: Partial<ColumnPlan>) => onChange(name, { ...now, ...part }), [name, now, onChange]);
  return (
    <tr data-ignored={now.use === 'ignore' || undefined}>
      <td className={classes.name}>
        <span title={name}>{name}</span>
        <div className={classes.facts}>
          <Badge color="gray" size="xs">
            {type}
          </Badge>
          {missing > 0 && rows > 0 && <span>{Math.ceil((missing / rows) * 100)} % empty</span>}
          {misfits > 0 && <span className={classes.misfits}>{formatNumber(misfits)} do not fit</span>}
        </div>
      </td>
      <td className={classes.samples}>
        {examples.map((value) => (
          <code key={value} title={value}>
            {value}
          </code>
        ))}
      </td>
      <td>
        <div className={classes.becomes}>
          <NativeSelect
            size="xs"
            aria-label={`What ${name} becomes`}
            value={now.use}
            data={(isEvents ? ofEvents : ofCustomers).map((use) => ({ value: use, label: words[use] }))}
            onChange={(event) => onChange(name, firstPlan(event.currentTarget.value as Use, column))}
          />
          <Details column={column} plan={now} change={change} />
        </div>
      </td>
    </tr>
  );
});

const firstPlan = (use: Use, { dates }: ImportColumn): ColumnPlan => {
  if (use === 'identity') return { use, kind: 'key' };
  if (use === 'consent') return { use, channel: 'email', purpose: 'marketing' };
  if (use === 'relationship') return { use, kind: 'account' };
  return use === 'time' && dates?.[0] ? { use, format: dates[0] } : { use };
};

function Details({
  column: { name, dates = noDates },
  plan,
  change,
}: {
  column: ImportColumn;
  plan: ColumnPlan;
  change: (part: Partial<ColumnPlan>) => void;
}) {
  const text = (field: keyof ColumnPlan, label: string, placeholder: string, className = classes.word) => (
    <TextInput
      size="xs"
      className={className ?? ''}
      aria-label={`${label} of ${name}`}
      placeholder={placeholder}
      value={plan[field] ?? ''}
      onChange={(event) => change({ [field]: event.currentTarget.value })}
    />
  );
  const { use, type } = plan;
  if (use === 'identity') return text('kind', 'Kind', 'email, phone, userId');
  if (use === 'relationship') return text('kind', 'Kind', 'account');
  if (use === 'consent')
    return (
      <>
        {text('channel', 'Channel', 'email')}
        {text('purpose', 'Purpose', 'marketing')}
      </>
    );
  if (use === 'time') return text('format', 'Form of the dates', dates[0] ?? 'ISO 8601');
  if (use !== 'trait' && use !== 'property') return null;
  return (
    <>
      {text('name', 'Name', name)}
      <NativeSelect
        size="xs"
        className={classes.type ?? ''}
        aria-label={`Type of ${name}`}
        value={type ?? ''}
        data={types}
        onChange={(event) => change({ type: event.currentTarget.value })}
      />
      {type === 'money' && text('currency', 'Currency', 'EUR', classes.short)}
      {type === 'date' && text('format', 'Form of the dates', dates[0] ?? 'ISO 8601')}
      {type !== 'date' && dates.length > 0 && (
        <button type="button" className={classes.hint} onClick={() => change({ type: 'date', format: dates[0] ?? '' })}>
          {dates.length > 1 ? `dates, as ${dates.join(' or ')}?` : `read as dates, ${dates[0]}`}
        </button>
      )}
    </>
  );
}
