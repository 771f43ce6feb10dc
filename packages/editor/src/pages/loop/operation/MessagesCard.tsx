import { Alert, Button, Card, Group, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconSend } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Intervention, LoopStatus } from '../../../api/operation.ts';
import { useAct } from '../../../api/operation.ts';
import { formatNumber, plural } from '../../../ui/format.ts';
import { statuses } from '../../../ui/message-status.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import classes from './Operation.module.css';

/** What became of this loop's messages, and those that nobody will send again by themselves. */
export function MessagesCard({ status }: { status: LoopStatus }) {
  const { loop, messages } = status;
  const redrive = useAct<{ status: 'failed' | 'unknown' }, Intervention>(loop, 'redrive');
  const [asking, setAsking] = useState<'failed' | 'unknown'>();
  const close = () => {
    redrive.reset();
    setAsking(undefined);
  };
  return (
    <Card data-testid="loop-messages">
      <div className={classes.head}>
        <Title order={2}>Messages</Title>
        <Group gap="xs">
          {(['failed', 'unknown'] as const).map(
            (dead) =>
              messages[dead] > 0 && (
                <Button
                  key={dead}
                  size="xs"
                  variant={dead === 'failed' ? 'light' : 'default'}
                  leftSection={<IconSend size={15} />}
                  onClick={() => setAsking(dead)}
                  data-testid={`redrive-${dead}`}
                >
                  Send {plural(messages[dead], dead === 'failed' ? 'failed one' : 'unknown one')} again…
                </Button>
              ),
          )}
        </Group>
      </div>
      <dl className={`${classes.figures} tabular`}>
        {statuses.map((each) => (
          <div key={each} data-alert={(each === 'failed' || each === 'unknown') && messages[each] > 0}>
            <dt>{each}</dt>
            <dd>
              <Link to="/messages" search={{ loop, status: each }} className={classes.figure}>
                {formatNumber(messages[each])}
              </Link>
            </dd>
          </div>
        ))}
      </dl>
      <Confirm
        opened={asking !== undefined}
        title={asking === 'unknown' ? 'Send again what may have arrived?' : 'Send again what failed?'}
        action={`Send ${plural(asking ? messages[asking] : 0, 'message')}`}
        busy={redrive.isPending}
        onClose={close}
        onConfirm={() =>
          asking &&
          redrive.mutate(
            { status: asking },
            {
              onSuccess: ({ messages: again = 0 }) => {
                close();
                notifications.show({
                  color: 'teal',
                  title: `${plural(again, 'message')} in the outbox`,
                  message: 'With the same key as before, so a receiver that knows it drops a repetition.',
                });
              },
            },
          )
        }
      >
        {asking === 'unknown'
          ? 'Nobody can tell whether these were delivered: the connection was lost at the wrong moment. Whoever has got one gets it twice.'
          : 'They were refused for good, or too often for now. Mend the cause first, or they fail again.'}{' '}
        The contact policy is asked again for each. Customers stay where they are.
        {redrive.isError && (
          <Alert color="red" variant="light" role="alert" mt="md">
            {redrive.error.message}
          </Alert>
        )}
      </Confirm>
    </Card>
  );
}
