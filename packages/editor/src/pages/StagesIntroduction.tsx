import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Mark } from '../ui/Mark.tsx';
import { stageInfos, stageStyle } from '../ui/stages.ts';
import classes from './StagesIntroduction.module.css';

/** The first thing a newcomer sees: what a loop is, and how to begin one. */
export function StagesIntroduction({ action }: { action: ReactNode }) {
  return (
    <section className={classes.frame} data-testid="empty-state">
      <div className={classes.lead}>
        <Mark size={64} />
        <Title order={2} mt="md">
          Draw your first loop
        </Title>
        <Text size="sm" c="var(--ink-soft)" mt={6} mb="lg">
          A loop is a conversation with your customers that learns: it goes round six stages, measures itself against
          people it left alone, and begins the next turn with what it has found out.
        </Text>
        {action}
      </div>
      <ol className={classes.stages}>
        {stageInfos
          .filter((stage) => stage.id !== 'flow')
          .map((stage, index) => (
            <li key={stage.id} style={stageStyle(stage.id)}>
              <span className={classes.number}>{index + 1}</span>
              <div>
                <b>{stage.title}</b>
                <p>{stage.purpose}</p>
              </div>
            </li>
          ))}
      </ol>
    </section>
  );
}
