import { Badge, Button, Group, SegmentedControl, Stack, Textarea } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { useState } from 'react';
import type { CallTask, CustomerView } from '../../api/customer.ts';
import { answerCall, callOutcomes } from '../../api/customer.ts';
import { useEngineNow } from '../../ui/clock.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime, humanise } from '../../ui/format.ts';
import classes from './Customer.module.css';
import { ago } from './say.ts';
import { useChange } from './use-change.ts';

/** The calls that somebody is to make: whom to ask for, what to say, and how it went. Stands above everything else. */
export function CallTasks({ view }: { view: CustomerView }) {
  return view.tasks.map((task) => <OneCall key={task.key} view={view} task={task} />);
}

function OneCall({ view, task }: { view: CustomerView; task: CallTask }) {
  const { now } = useEngineNow();
  const [outcome, setOutcome] = useState<string>('reached');
  const [note, setNote] = useState('');
  const [answering, setAnswering] = useState(false);
  const change = useChange(
    view.id,
    () => answerCall(view.id, { task: task.key, outcome, ...(note.trim() ? { note: note.trim() } : {}) }),
    'The call is written down',
  );
  const late = task.due !== null && Date.parse(task.due) < now;
  return (
    <section className={classes.task} data-testid="call-task">
      <span className={classes.taskIcon}>
        <IconPhone size={20} />
      </span>
      <div className={classes.taskBody}>
        <Group gap={8}>
          <h2>
            Call{' '}
            <a href={`tel:${task.phone}`} className="tabular">
              {task.phone}
            </a>
          </h2>
          {task.priority !== 'normal' && (
            <Badge color={task.priority === 'high' ? 'red' : 'gray'}>{task.priority} priority</Badge>
          )}
          {task.due && (
            <Badge color={late ? 'red' : 'blue'} variant="light">
              due {formatDateTime(task.due)}
            </Badge>
          )}
          {task.left && (
            <Badge color="gray" variant="outline">
              has left the loop
            </Badge>
          )}
        </Group>
        <p className={classes.script}>{task.script}</p>
        <small className="soft">
          List {task.list} · {task.loopName} · handed out {ago(task.createdAt, now)}
          {task.attempts.map((attempt) => ` · ${humanise(attempt.outcome).toLowerCase()} ${ago(attempt.at, now)}`)}
        </small>
        {answering && (
          <Stack gap="xs" mt="sm">
            <SegmentedControl
              data={callOutcomes.map(({ value, label }) => ({ value, label }))}
              value={outcome}
              onChange={setOutcome}
              aria-label="How it went"
            />
            <Textarea
              aria-label="Note"
              placeholder="What was said"
              autosize
              minRows={2}
              value={note}
              onChange={(typed) => setNote(typed.currentTarget.value)}
            />
            {change.isError && <Fault error={change.error} title="It was not saved" />}
            <Group gap="xs">
              <Button size="sm" onClick={() => change.mutate(undefined)} loading={change.isPending}>
                Save how it went
              </Button>
              <Button size="sm" variant="default" onClick={() => setAnswering(false)}>
                Cancel
              </Button>
            </Group>
          </Stack>
        )}
      </div>
      {!answering && !view.hidden && (
        <Button variant="light" onClick={() => setAnswering(true)} data-testid="answer-call">
          How it went
        </Button>
      )}
    </section>
  );
}
