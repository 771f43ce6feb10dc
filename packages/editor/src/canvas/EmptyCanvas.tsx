import { Text, Title } from '@mantine/core';
import { Mark } from '../ui/Mark.tsx';
import classes from './Canvas.module.css';

export function EmptyCanvas() {
  return (
    <div className={classes.empty} data-testid="empty-canvas">
      <div className={classes.hint}>
        <Mark size={40} />
        <Title order={2} mt="sm">
          Nothing drawn yet
        </Title>
        <Text size="sm" c="var(--ink-soft)" mt={6}>
          Begin with where customers come in: drag a node of{' '}
          <b style={{ color: 'var(--stage-collect-text)' }}>Collect</b> here from the left, or press <kbd>N</kbd>, type
          its name and <kbd>Enter</kbd>. Then pull its port to the next node.
        </Text>
      </div>
    </div>
  );
}
