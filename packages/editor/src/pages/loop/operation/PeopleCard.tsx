import { Button, Card, Group, Title } from '@mantine/core';
import { IconArrowsExchange, IconPlayerStop, IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import type { LoopStatus } from '../../../api/operation.ts';
import { formatDateTime, formatNumber } from '../../../ui/format.ts';
import type { InterventionKind } from './InterveneDialog.tsx';
import { InterveneDialog } from './InterveneDialog.tsx';
import { MigrateDialog } from './MigrateDialog.tsx';
import classes from './Operation.module.css';

/** The versions with people in them. Publishing moves nobody; this does. */
export function PeopleCard({ status }: { status: LoopStatus }) {
  const [doing, setDoing] = useState<InterventionKind | 'migrate'>();
  const newest = Math.max(...status.versions.map(({ version }) => version));
  const older = status.versions.some(({ version, live }) => version < newest && live > 0);
  const shown = status.versions.filter(({ version, live }) => live > 0 || version === newest);
  return (
    <Card data-testid="people">
      <div className={classes.head}>
        <Title order={2}>People under way</Title>
        <Group gap="xs">
          <Button
            size="xs"
            variant={older ? 'light' : 'default'}
            leftSection={<IconArrowsExchange size={15} />}
            disabled={!older}
            title={older ? undefined : 'Everybody is in the newest version already.'}
            onClick={() => setDoing('migrate')}
            data-testid="migrate"
          >
            Move to version {newest}…
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRepeat size={15} />}
            onClick={() => setDoing('replay')}
            data-testid="replay"
          >
            Replay…
          </Button>
          <Button
            size="xs"
            variant="default"
            color="red"
            leftSection={<IconPlayerStop size={15} />}
            onClick={() => setDoing('cancel')}
            data-testid="cancel"
          >
            Take out…
          </Button>
        </Group>
      </div>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>Version</th>
              <th>Published</th>
              <th data-number>Turns</th>
              <th data-number>Under way</th>
              <th data-number>Of them parked</th>
            </tr>
          </thead>
          <tbody className="tabular">
            {shown.toReversed().map((version) => (
              <tr key={version.version}>
                <td>
                  <b>v{version.version}</b>
                  {version.version === newest && <span className="soft"> newest</span>}
                </td>
                <td>{formatDateTime(version.publishedAt)}</td>
                <td data-number>{formatNumber(version.turns)}</td>
                <td data-number>{formatNumber(version.live)}</td>
                <td data-number>{formatNumber(version.parked)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MigrateDialog status={status} opened={doing === 'migrate'} onClose={() => setDoing(undefined)} />
      <InterveneDialog
        status={status}
        kind={doing === 'migrate' ? undefined : doing}
        onClose={() => setDoing(undefined)}
      />
    </Card>
  );
}
