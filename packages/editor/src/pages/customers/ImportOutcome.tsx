import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconDownload } from '@tabler/icons-react';
import type { Import, ImportSummary } from '../../api/imports.ts';
import { formatNumber, plural } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import classes from './ImportDialog.module.css';

/** What an import did, and every row that it could not take, with the reason. */
export function ImportOutcome({ job, onAgain, onClose }: { job: Import; onAgain: () => void; onClose: () => void }) {
  const { summary, state, error } = job;
  return (
    <Stack gap="md" data-testid="import-result">
      {state !== 'done' && (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertTriangle size={18} />}
          title={state === 'stopped' ? 'The import was stopped' : 'The import stopped'}
        >
          <Text size="sm" className={classes.message ?? ''}>
            {error ? `${error}. ` : ''}What was read before is in; the same file again goes through it without a change
            and imports the rest.
          </Text>
        </Alert>
      )}
      {state === 'done' && summary?.rejected === 0 && (
        <Alert color="teal" variant="light" icon={<IconCircleCheck size={18} />}>
          {summary.created + summary.updated + summary.events + summary.consents + summary.relationships === 0
            ? 'All of it was known already; nothing has changed.'
            : 'Every row was taken.'}
        </Alert>
      )}
      {summary && <Figures summary={summary} />}
      {summary && summary.rejects.length > 0 && <Rejects id={job.id} summary={summary} />}
      <Group justify="flex-end" gap="xs">
        {state !== 'done' && (
          <Button variant="default" onClick={onAgain}>
            Back
          </Button>
        )}
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </Group>
    </Stack>
  );
}

function Figures({ summary }: { summary: ImportSummary }) {
  const always = [
    ['Rows', summary.rows],
    ['New', summary.created],
    ['Changed', summary.updated],
    ['As before', summary.unchanged],
    ['Rejected', summary.rejected],
  ] as const;
  const sometimes = [
    ['New events', summary.events],
    ['Known events', summary.knownEvents],
    ['Consents', summary.consents],
    ['Relationships', summary.relationships],
    ['Entered the loop', summary.entered],
  ] as const;
  const misfits = Object.entries(summary.misfits);
  const aside = Object.entries(summary.aside);
  return (
    <>
      <dl className={`${classes.outcome} tabular`}>
        {[...always, ...sometimes.filter(([, count]) => count > 0)].map(([title, count]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd style={title === 'Rejected' && count > 0 ? { color: 'var(--bad)' } : undefined}>
              {formatNumber(count)}
            </dd>
          </div>
        ))}
      </dl>
      {(misfits.length > 0 || aside.length > 0 || summary.conflicts > 0) && (
        <Text size="sm" c="var(--ink-soft)">
          {misfits.slice(0, 5).map(([column, count]) => (
            <span key={column}>
              {plural(count, 'value')} of <b>{column}</b> did not fit the type and stayed as written.{' '}
            </span>
          ))}
          {misfits.length > 5 && `So did values of ${plural(misfits.length - 5, 'other column')}. `}
          {aside.slice(0, 5).map(([trait, count]) => (
            <span key={trait}>
              {plural(count, 'value')} of the trait <b>{trait}</b>, which is declared to be of another type,{' '}
              {count === 1 ? 'is' : 'are'} kept aside.{' '}
            </span>
          ))}
          {summary.conflicts > 0 &&
            `${formatNumber(summary.conflicts)} identities stayed with the customers who had them first.`}
        </Text>
      )}
    </>
  );
}

function Rejects({ id, summary: { rejected, rejects } }: { id: string; summary: ImportSummary }) {
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          {rejected > rejects.length
            ? `The first ${rejects.length} of ${plural(rejected, 'rejected row')}`
            : plural(rejected, 'rejected row')}
        </Text>
        <Button
          component="a"
          href={`/api/imports/${id}/rejects`}
          download
          size="compact-xs"
          variant="light"
          leftSection={<IconDownload size={14} />}
          data-testid="download-rejects"
        >
          Download them all
        </Button>
      </Group>
      <div className={`${table.frame} ${classes.columns}`}>
        <table>
          <thead>
            <tr>
              <th>Line</th>
              <th>Reason</th>
              <th>Text</th>
            </tr>
          </thead>
          <tbody>
            {rejects.map((reject, index) => (
              <tr key={index}>
                <td className="tabular">{formatNumber(reject.line)}</td>
                <td className={classes.reason}>{reject.reason}</td>
                <td className={classes.samples}>
                  <code title={reject.text}>{reject.text}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
