import { Text } from '@mantine/core';
import type { RuleGroup } from '@osicam/engine/rule';
import { formatNumber, formatPercent } from '../../ui/format.ts';
import { usePreview } from './use-preview.ts';

/** How many customers a rule selects, in one line. */
export function PreviewLine({ rule, segment }: { rule: RuleGroup; segment: string | undefined }) {
  const { data, problem, isError, isStale } = usePreview(rule, segment);
  return (
    <Text size="sm" mt="md" c="var(--ink-soft)" aria-live="polite" data-testid="preview-line">
      {problem ? (
        `Not whole yet: ${problem}.`
      ) : isError ? (
        'How many these are could not be found out.'
      ) : data ? (
        <span style={isStale ? { opacity: 0.6 } : undefined}>
          <b className="tabular">{formatNumber(data.count)}</b> of {formatNumber(data.total)} customers
          {data.total > 0 && ` (${formatPercent(data.count / data.total)})`}
        </span>
      ) : (
        'Counting…'
      )}
    </Text>
  );
}
