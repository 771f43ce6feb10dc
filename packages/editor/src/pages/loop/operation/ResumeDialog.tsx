import { Alert, Button, Group, Modal, Radio, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Overdue } from '../../../api/operation.ts';
import { overdueQuery, useAct } from '../../../api/operation.ts';
import { DurationInput } from '../../../inspector/DurationInput.tsx';
import { Fault } from '../../../ui/Fault.tsx';
import { formatDateTime, formatNumber, plural } from '../../../ui/format.ts';
import classes from './Operation.module.css';

const choices = [
  ['spread', 'Spread them over a time', 'In the order in which they came due, so that nobody is flooded.'],
  ['continue', 'Go on at once', 'As if the loop had never been paused. What is due is sent now.'],
  ['skip', 'Go on, but send them nothing', 'They take their steps; messages are withheld until their next wait.'],
  ['exit', 'Take them out of the loop', 'Their time is over. They keep their history.'],
] as const;
type Choice = (typeof choices)[number][0];

/** Before anything goes out again: what came due while the loop was paused, and what is to become of it. */
export function ResumeDialog({ loop, opened, onClose }: { loop: string; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Resume the loop" size="lg">
      {opened && <Choose loop={loop} onClose={onClose} />}
    </Modal>
  );
}

function Choose({ loop, onClose }: { loop: string; onClose: () => void }) {
  const overdue = useQuery({ ...overdueQuery(loop), refetchInterval: 5_000 });
  const resume = useAct<{ overdue: Choice; over?: string }, Overdue>(loop, 'resume');
  const [choice, setChoice] = useState<Choice>('spread');
  const [over, setOver] = useState('PT6H');
  if (overdue.isPending) return <Skeleton h={220} aria-busy="true" />;
  if (overdue.isError) return <Fault error={overdue.error} retry={() => void overdue.refetch()} />;
  const { total, nodes, pausedAt } = overdue.data;
  const nothing = total.arrived + total.overdue + total.messages === 0;
  const go = () =>
    resume.mutate(nothing ? { overdue: 'continue' } : { overdue: choice, ...(choice === 'spread' ? { over } : {}) }, {
      onSuccess: () => {
        onClose();
        notifications.show({ color: 'teal', title: 'The loop runs again', message: 'The audit says what was chosen.' });
      },
    });
  return (
    <Stack gap="md">
      <Text size="sm">
        {nothing
          ? 'Nothing came due while the loop was paused: it goes on where it stood.'
          : `Since ${pausedAt ? formatDateTime(pausedAt) : 'it was paused'}, ${plural(total.overdue, 'wait has', 'waits have')} come due, ${plural(total.arrived, 'customer has', 'customers have')} arrived at a node, and ${plural(total.messages, 'message is', 'messages are')} due.`}
      </Text>
      {!nothing && (
        <>
          <div className={classes.scroll}>
            <table className={classes.table} data-testid="overdue">
              <thead>
                <tr>
                  <th>Node</th>
                  <th data-number>Waits over</th>
                  <th data-number>Arrived</th>
                  <th data-number>Messages due</th>
                </tr>
              </thead>
              <tbody className="tabular">
                {nodes.map((node) => (
                  <tr key={`${node.version} ${node.node}`}>
                    <td>
                      {node.label || node.node} <span className="soft">v{node.version}</span>
                    </td>
                    <td data-number>{formatNumber(node.overdue)}</td>
                    <td data-number>{formatNumber(node.arrived)}</td>
                    <td data-number>{formatNumber(node.messages)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Radio.Group
            label="What becomes of those who are overdue?"
            value={choice}
            onChange={(value) => setChoice(value as Choice)}
          >
            <Stack gap="xs" mt="xs">
              {choices.map(([value, label, description]) => (
                <div key={value} className={classes.choice} data-checked={choice === value || undefined}>
                  <Radio value={value} label={label} description={description} data-testid={`choice-${value}`} />
                  {value === 'spread' && choice === 'spread' && (
                    <Group pl={30} pt={8} maw={300}>
                      <DurationInput value={over} onChange={setOver} label="Over how long" />
                    </Group>
                  )}
                </div>
              ))}
            </Stack>
          </Radio.Group>
        </>
      )}
      {resume.isError && (
        <Alert color="red" variant="light" role="alert" title="It was not resumed">
          {resume.error.message}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Stay paused
        </Button>
        <Button onClick={go} loading={resume.isPending} data-testid="confirm-resume">
          Resume
        </Button>
      </Group>
    </Stack>
  );
}
