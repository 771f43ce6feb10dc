import { ActionIcon, Button, Menu, Text, Tooltip } from '@mantine/core';
import { useHotkeys, useDocumentTitle } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import {
  IconChevronLeft,
  IconDeviceFloppy,
  IconDots,
  IconDownload,
  IconPlayerPlay,
  IconTrash,
  IconUpload,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { LoopDetail } from '../../api/contract.ts';
import { statusQuery } from '../../api/operation.ts';
import { selectDirty, selectName, useEditor, useWorkbench } from '../../canvas/workbench.tsx';
import { NameField } from '../../ui/NameField.tsx';
import { LoopState } from '../../ui/LoopState.tsx';
import { DeleteLoop } from '../DeleteLoop.tsx';
import { downloadLoop, readLoopFile } from '../loop-file.ts';
import { ConflictDialog } from './ConflictDialog.tsx';
import { LeaveDialog } from './LeaveDialog.tsx';
import classes from './LoopPage.module.css';
import { PublishDialog } from './PublishDialog.tsx';
import { useSave } from './use-save.ts';

export function LoopBar({ loop }: { loop: LoopDetail }) {
  const { editor } = useWorkbench();
  const dirty = useEditor(selectDirty);
  const name = useEditor(selectName);
  const { save, saving, conflict, takeTheirs, dismiss } = useSave(loop.id);
  const [publishing, setPublishing] = useState(false);
  const status = useQuery({ ...statusQuery(loop.id), enabled: loop.published !== null });
  const changed = loop.published !== null && (dirty || !loop.published.sameAsDraft);
  useDocumentTitle(`${dirty ? '• ' : ''}${name} · OSICAM`);
  useHotkeys([['mod+S', () => void save()]], []);

  return (
    <div className={classes.bar}>
      <div className={classes.title}>
        <Tooltip label="All loops">
          <ActionIcon component={Link} to="/" variant="subtle" color="gray" aria-label="All loops">
            <IconChevronLeft size={18} />
          </ActionIcon>
        </Tooltip>
        <NameField
          className={classes.name}
          aria-label="Name of the loop"
          value={name}
          maxLength={200}
          onRename={(to) => editor.edit([{ type: 'rename-loop', name: to }], 'Rename the loop', 'rename-loop')}
        />
        <LoopState published={loop.published} state={status.data?.state} changed={changed} />
        {dirty && (
          <span className={classes.unsaved} role="status">
            Unsaved
          </span>
        )}
      </div>
      <nav className={classes.tabs} aria-label="Views of the loop">
        <Link to="/loops/$loopId" params={{ loopId: loop.id }} activeOptions={{ exact: true }} className={classes.tab}>
          Canvas
        </Link>
        <Link to="/loops/$loopId/results" params={{ loopId: loop.id }} className={classes.tab}>
          Results
        </Link>
        <Link to="/loops/$loopId/operation" params={{ loopId: loop.id }} className={classes.tab}>
          Operation
        </Link>
      </nav>
      <div className={classes.actions}>
        <More loop={loop} />
        <Button
          variant="default"
          leftSection={<IconDeviceFloppy size={16} />}
          onClick={() => void save()}
          loading={saving}
          disabled={!dirty}
          data-testid="save"
          title="Ctrl+S"
        >
          Save
        </Button>
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          onClick={() => setPublishing(true)}
          disabled={loop.published !== null && !changed}
          data-testid="publish"
        >
          Publish
        </Button>
      </div>
      <PublishDialog opened={publishing} loop={loop} save={save} onClose={() => setPublishing(false)} />
      <ConflictDialog
        conflict={conflict}
        onTheirs={takeTheirs}
        onMine={(revision) => void save(revision)}
        onClose={dismiss}
      />
      <LeaveDialog loop={loop.id} save={save} />
    </div>
  );
}

function More({ loop }: { loop: LoopDetail }) {
  const { editor } = useWorkbench();
  const navigate = useNavigate();
  const file = useRef<HTMLInputElement>(null);
  const [deleting, setDeleting] = useState(false);
  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    const result = await readLoopFile(chosen);
    if ('problem' in result) {
      notifications.show({
        color: 'red',
        title: `${chosen.name} was not imported`,
        message: result.problem,
        autoClose: 10_000,
      });
      return;
    }
    const { nodes, edges, name } = result.loop;
    editor.edit([{ type: 'replace', nodes, edges, name }], `Import ${chosen.name}`);
    notifications.show({
      color: 'teal',
      title: 'Imported into the draft',
      message: 'Undo brings back what was here. Nothing is saved yet.',
    });
  };
  return (
    <>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        onChange={(event) => {
          void read(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label="More for this loop">
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => downloadLoop(editor.document)}>
            Export as a file
          </Menu.Item>
          <Menu.Item leftSection={<IconUpload size={16} />} onClick={() => file.current?.click()}>
            Import over this draft…
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setDeleting(true)}>
            Delete the loop…
          </Menu.Item>
          <Menu.Divider />
          <Text size="xs" c="var(--ink-soft)" px={12} py={4}>
            Revision {loop.revision} · id {loop.id}
          </Text>
        </Menu.Dropdown>
      </Menu>
      <DeleteLoop
        loop={deleting ? loop : undefined}
        onClose={() => setDeleting(false)}
        onDeleted={() => void navigate({ to: '/', ignoreBlocker: true })}
      />
    </>
  );
}
