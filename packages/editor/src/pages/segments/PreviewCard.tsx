import { Card, Loader, Progress, Skeleton, Text } from '@mantine/core';
import type { RuleGroup } from '@osicam/engine/rule';
import { Link } from '@tanstack/react-router';
import { usePreview } from '../../inspector/rule/use-preview.ts';
import { formatNumber, formatPercent } from '../../ui/format.ts';
import classes from './Segment.module.css';

/** How many customers a rule selects while one writes it, and ten of them to see whether it means what one meant. */
export function PreviewCard({ rule, segment }: { rule: RuleGroup; segment: string | undefined }) {
  const { data, problem, error, isError, isStale } = usePreview(rule, segment);
  const everybody = rule.rules.length === 0;
  return (
    <Card className={classes.preview} data-testid="preview" aria-busy={isStale}>
      <div className={classes.previewHead}>
        <Text size="sm" fw={560}>
          {everybody ? 'Everybody, so far' : 'Selected now'}
        </Text>
        {isStale && !problem && <Loader size={14} aria-label="Counting" />}
      </div>
      {problem ? (
        <Text size="sm" c="var(--ink-soft)" mt="xs">
          This condition is not whole yet: {problem}.
        </Text>
      ) : isError ? (
        <Text size="sm" c="var(--bad)" mt="xs" role="alert">
          {error?.message}
        </Text>
      ) : data ? (
        <div style={isStale ? { opacity: 0.6 } : undefined} aria-live="polite">
          <div className={`${classes.count} tabular`} data-testid="preview-count">
            {formatNumber(data.count)}
          </div>
          <Text size="xs" c="var(--ink-soft)">
            of {formatNumber(data.total)} customers{data.total > 0 && ` · ${formatPercent(data.count / data.total)}`}
          </Text>
          <Progress
            value={data.total > 0 ? (100 * data.count) / data.total : 0}
            size="sm"
            mt={8}
            aria-label="Share of all customers"
          />
          {data.sample.length > 0 && (
            <>
              <Text size="xs" c="var(--ink-soft)" mt="lg" mb={4}>
                {data.sample.length < data.count ? `${data.sample.length} of them` : 'They are'}
              </Text>
              <ul className={classes.sample}>
                {data.sample.map((customer) => (
                  <li key={customer.id}>
                    <Link to="/customers/$customerId" params={{ customerId: String(customer.id) }}>
                      {customer.name || `Customer ${customer.id}`}
                    </Link>
                    {customer.email && <span>{customer.email}</span>}
                  </li>
                ))}
              </ul>
            </>
          )}
          {data.count === 0 && data.total > 0 && (
            <Text size="sm" c="var(--ink-soft)" mt="md">
              Nobody. Take a condition away, or look whether its words are written as in the data.
            </Text>
          )}
        </div>
      ) : (
        <Skeleton h={120} mt="xs" />
      )}
    </Card>
  );
}
