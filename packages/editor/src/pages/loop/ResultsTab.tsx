import { Card, Container, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconChartHistogram } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReportRow } from '../../api/contract.ts';
import { learningsQuery, reportsQuery } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime } from '../../ui/format.ts';
import { Figures } from './Figures.tsx';
import { Learnings } from './Learnings.tsx';
import { UpliftCard } from './UpliftCard.tsx';
import { readUplift } from './read-uplift.ts';
import classes from './Results.module.css';

/** What the loop has measured, the latest turn first, and what it goes on with. */
export function ResultsTab() {
  const { loopId } = useParams({ from: '/loops/$loopId/results' });
  const reports = useQuery(reportsQuery(loopId));
  const learnings = useQuery(learningsQuery(loopId));
  if (reports.isPending)
    return (
      <Container size="lg" py="xl" aria-busy="true">
        <Skeleton h={220} radius="lg" />
      </Container>
    );
  if (reports.isError)
    return (
      <Container size="lg" py="xl">
        <Fault error={reports.error} retry={() => void reports.refetch()} />
      </Container>
    );
  if (reports.data.length === 0)
    return (
      <EmptyState icon={<IconChartHistogram size={24} />} title="Nothing measured yet">
        A node of the stage Measure reports once the customers of a turn have come to it. Its figures stand here, a turn
        at a time, with what the loop has learnt from them.
      </EmptyState>
    );
  const turns = [...Map.groupBy(reports.data, (report) => report.turn)].sort(([a], [b]) => b - a);
  return (
    <Container size="lg" py="xl">
      {learnings.data && learnings.data.length > 0 && <Learnings learnings={learnings.data} />}
      {turns.map(([turn, rows]) => (
        <section
          key={turn}
          className={classes.turn}
          aria-labelledby={`turn-${turn}`}
          data-testid={`results-turn-${turn}`}
        >
          <div className={classes.turnHead}>
            <Title order={2} id={`turn-${turn}`}>
              Turn {turn}
            </Title>
            <Text size="xs" c="var(--ink-soft)">
              measured {formatDateTime(latest(rows))}
            </Text>
          </div>
          <Stack gap="md">
            {rows.map((report) => (
              <ReportCard key={`${report.node} ${report.at}`} report={report} />
            ))}
          </Stack>
        </section>
      ))}
    </Container>
  );
}

const latest = (rows: readonly ReportRow[]): string =>
  rows
    .map((row) => row.at)
    .sort()
    .at(-1) ?? '';

function ReportCard({ report }: { report: ReportRow }) {
  const uplift = readUplift(report.figures);
  return (
    <Card data-testid={`report-${report.node}-${report.turn}`}>
      <Title order={3} mb="sm">
        {report.label || report.node}
      </Title>
      {uplift ? <UpliftCard uplift={uplift} /> : <Figures figures={report.figures} />}
    </Card>
  );
}
