import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { ImportResult } from '../../api/contract.ts';
import { formatNumber, plural } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import classes from './ImportDialog.module.css';

/** What an import did, and every row that it could not take, with the reason. */
export function ImportOutcome({ result, onClose }: { result: ImportResult; onClose: () => void }) {
  const figures = [
    ['Rows', result.rows],
    ['New', result.created],
    ['Changed', result.updated],
    ['As before', result.unchanged],
    ['Rejected', result.rejected],
    ...(result.entered > 0 ? ([['Entered the loop', result.entered]] as const) : []),
  ] as const;
  return (
    <Stack gap="md" data-testid="import-result">
      {result.rejected === 0 && (
        <Alert color="teal" variant="light" icon={<IconCircleCheck size={18} />}>
          {result.created + result.updated === 0
            ? 'All of it was known already; nothing has changed.'
            : 'Every row was taken.'}
        </Alert>
      )}
      <dl className={`${classes.outcome} tabular`}>
        {figures.map(([title, count]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd style={title === 'Rejected' && count > 0 ? { color: 'var(--bad)' } : undefined}>
              {formatNumber(count)}
            </dd>
          </div>
        ))}
      </dl>
      {result.rejects.length > 0 && (
        <div>
          <Text size="sm" fw={600} mb={6}>
            {result.rejected > result.rejects.length
              ? `The first ${result.rejects.length} of ${plural(result.rejected, 'rejected row')}`
              : plural(result.rejected, 'rejected row')}
          </Text>
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
                {result.rejects.map((reject) => (
                  <tr key={`${reject.line} ${reject.reason}`}>
                    <td className="tabular">{formatNumber(reject.line)}</td>
                    <td>{reject.reason}</td>
                    <td className={classes.samples}>
                      <code>{reject.text}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
