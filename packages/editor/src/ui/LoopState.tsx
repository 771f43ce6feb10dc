import { Badge, Tooltip } from '@mantine/core';

interface Props {
  published: { version: number } | null;
  /** Whether the draft differs from what is published; unknown in lists. */
  changed?: boolean;
  state?: 'draft' | 'running' | 'paused' | 'archived' | undefined;
}

const still = {
  paused: { title: 'Paused', colour: 'orange', means: 'Nobody takes a step and nothing is sent until it is resumed.' },
  archived: { title: 'Archived', colour: 'gray', means: 'Nobody comes in any more.' },
};

export function LoopState({ published, changed, state }: Props) {
  if (!published)
    return (
      <Tooltip label="Nobody goes through it yet. Publishing makes it run.">
        <Badge color="gray" data-testid="loop-state">
          Draft
        </Badge>
      </Tooltip>
    );
  if (state === 'paused' || state === 'archived')
    return (
      <Tooltip label={still[state].means}>
        <Badge color={still[state].colour} data-testid="loop-state">
          {still[state].title} v{published.version}
        </Badge>
      </Tooltip>
    );
  if (changed)
    return (
      <Tooltip
        label={`Version ${published.version} is running. What you have changed since runs only once it is published.`}
      >
        <Badge color="orange" data-testid="loop-state">
          v{published.version} · changes not published
        </Badge>
      </Tooltip>
    );
  return (
    <Badge color="teal" data-testid="loop-state">
      Published v{published.version}
    </Badge>
  );
}
