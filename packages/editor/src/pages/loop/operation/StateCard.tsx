import { Alert, Badge, Button, Card, Group } from '@mantine/core';
import { IconArchive, IconArchiveOff, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { LoopLife, LoopStatus } from '../../../api/operation.ts';
import { useAct } from '../../../api/operation.ts';
import { formatDateTime, plural } from '../../../ui/format.ts';
import classes from './Operation.module.css';
import { ResumeDialog } from './ResumeDialog.tsx';

const states: Record<LoopLife, { title: string; colour: string; means: string }> = {
  draft: { title: 'Draft', colour: 'gray', means: 'Nobody goes through it yet.' },
  running: { title: 'Running', colour: 'teal', means: 'Customers come in, go on, and are written to.' },
  paused: {
    title: 'Paused',
    colour: 'orange',
    means: 'Nobody takes a step and nothing is sent. Events are still taken in, and nobody is lost.',
  },
  archived: { title: 'Archived', colour: 'gray', means: 'Lets nobody in any more. Its history and figures stay.' },
};

/** Where the loop is in its life, and what may be done to it now. */
export function StateCard({ status }: { status: LoopStatus }) {
  const { loop, may } = status;
  const pause = useAct<Record<string, never>, LoopStatus>(loop, 'pause');
  const archive = useAct<Record<string, never>, LoopStatus>(loop, 'archive');
  const restore = useAct<Record<string, never>, LoopStatus>(loop, 'restore');
  const [resuming, setResuming] = useState(false);
  const { title, colour, means } = states[status.state];
  const live = status.versions.reduce((sum, version) => sum + version.live, 0);
  const failed = [pause, archive, restore].find((act) => act.isError);
  return (
    <Card data-testid="state">
      <div className={classes.state}>
        <Badge size="lg" color={colour} data-testid="life">
          {title}
        </Badge>
        <div className={classes.stateText}>
          <b>{means}</b>
          <p>
            Since {formatDateTime(status.since)} · {plural(live, 'customer')} under way
            {status.nextDue && status.state === 'running' && ` · next due ${formatDateTime(status.nextDue)}`}
          </p>
        </div>
        <Group gap="xs">
          {may.includes('archive') && (
            <Button
              variant="default"
              leftSection={<IconArchive size={16} />}
              loading={archive.isPending}
              onClick={() => archive.mutate({})}
            >
              Archive
            </Button>
          )}
          {may.includes('restore') && (
            <Button
              variant="default"
              leftSection={<IconArchiveOff size={16} />}
              loading={restore.isPending}
              onClick={() => restore.mutate({})}
            >
              Restore
            </Button>
          )}
          {may.includes('pause') && (
            <Button
              variant="default"
              leftSection={<IconPlayerPause size={16} />}
              loading={pause.isPending}
              onClick={() => pause.mutate({})}
              data-testid="pause"
            >
              Pause
            </Button>
          )}
          {may.includes('resume') && (
            <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setResuming(true)} data-testid="resume">
              Resume…
            </Button>
          )}
        </Group>
      </div>
      {failed?.error && (
        <Alert color="red" variant="light" role="alert" mt="md">
          {failed.error.message}
        </Alert>
      )}
      <ResumeDialog loop={loop} opened={resuming} onClose={() => setResuming(false)} />
    </Card>
  );
}
