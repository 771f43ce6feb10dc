import {
  Alert,
  Button,
  Collapse,
  FileInput,
  Group,
  Modal,
  Progress,
  SegmentedControl,
  Select,
  Skeleton,
  Stack,
  Stepper,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconChevronDown, IconFileImport } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import type { Import, ImportPreview } from '../../api/imports.ts';
import { importQuery, previewQuery, uploadFile } from '../../api/imports.ts';
import { loopsQuery } from '../../api/queries.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatNumber } from '../../ui/format.ts';
import { ImportColumns } from './ImportColumns.tsx';
import classes from './ImportDialog.module.css';
import { ImportOutcome } from './ImportOutcome.tsx';
import { ImportReading } from './ImportReading.tsx';
import type { ColumnPlan, FileReading, Plans } from './import-mapping.ts';
import { plansOfEvents, plansWithoutEvents, toMapping } from './import-mapping.ts';

/** A file becomes customers: chosen, looked at and mapped, imported. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const loops = useQuery(loopsQuery);
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  const [plans, setPlans] = useState<Plans>({});
  const [reading, setReading] = useState<FileReading>({});
  const [eventType, setEventType] = useState<string>();
  const [open, setOpen] = useState<'reading' | 'mapping'>();
  const [loop, setLoop] = useState<string | null>(null);

  const sending = useRef(new AbortController());
  const upload = useMutation({
    mutationFn: (chosen: File) => {
      sending.current = new AbortController();
      return uploadFile(chosen, setSent, sending.current.signal);
    },
  });
  const id = upload.data?.id;
  const run = useMutation({
    mutationFn: (mapping: object) =>
      api<Import>(`/api/imports/${id}/run`, { json: { mapping, ...(loop ? { loop } : {}) } }),
  });
  const progress = useQuery(importQuery(id, run.isSuccess));
  const job = run.isSuccess ? (progress.data ?? run.data) : undefined;
  const isOver = job !== undefined && job.state !== 'running';

  const [columns, setColumns] = useState<ImportPreview['columns']>([]);
  const mapping = useMemo(
    () => toMapping(columns, plans, { eventType, reading }),
    [columns, plans, eventType, reading],
  );
  const [asked] = useDebouncedValue(mapping, 350);
  const preview = useQuery(previewQuery(id, asked));
  // While a mapping does not fit, the columns stay, so that it can be mended.
  const found = preview.data?.columns ?? [];
  if (found.length > 0 && found !== columns) setColumns(found);
  const shown = preview.data && { ...preview.data, columns };
  const isAsked = JSON.stringify(asked) === JSON.stringify(mapping) && !preview.isPlaceholderData;
  const problems = preview.data?.problems ?? [];

  useEffect(() => {
    if (isOver)
      void Promise.all(['customers', 'fields', 'loops'].map((name) => client.invalidateQueries({ queryKey: [name] })));
  }, [isOver, client]);

  const forget = () => {
    sending.current.abort();
    if (id !== undefined) void api(`/api/imports/${id}`, { method: 'DELETE' }).catch(() => undefined);
  };
  const choose = (chosen: File | null) => {
    forget();
    setColumns([]);
    setFile(chosen);
    setSent(0);
    setPlans({});
    setEventType(undefined);
    setReading({});
    run.reset();
    upload.reset();
    if (chosen) upload.mutate(chosen);
  };
  const close = () => {
    forget();
    onClose();
  };
  const change = useCallback(
    (column: string, plan: ColumnPlan) =>
      setPlans((before) => {
        // An event has one time, and one id.
        const isOnly = plan.use === 'time' || plan.use === 'messageId';
        const others = Object.entries(before).map(([name, each]): [string, ColumnPlan] => [
          name,
          isOnly && each.use === plan.use ? { use: 'property' } : each,
        ]);
        return { ...Object.fromEntries(others), [column]: plan };
      }),
    [],
  );
  const setRows = (kind: string) => {
    if (kind === 'customers') {
      setEventType(undefined);
      setPlans(plansWithoutEvents(plans));
    } else {
      setEventType('order');
      setPlans(plansOfEvents(columns, preview.data?.rows ?? 0, plans));
    }
  };
  const published = loops.data?.filter((one) => one.published) ?? [];
  const busy = run.isPending || job?.state === 'running';
  const step = isOver ? 2 : shown ? 1 : 0;
  return (
    <Modal
      opened
      onClose={busy ? () => {} : close}
      title="Import a file"
      size={shown && !isOver ? 1080 : 'xl'}
      data-testid="import-dialog"
    >
      <Stepper active={step} size="xs" mb="lg" iconSize={26}>
        <Stepper.Step label="Choose a file" />
        <Stepper.Step label="Look at it" />
        <Stepper.Step label="Imported" />
      </Stepper>
      {isOver ? (
        <ImportOutcome job={job} onAgain={() => run.reset()} onClose={close} />
      ) : (
        <Stack gap="md">
          <FileInput
            label="File"
            description="CSV, JSON Lines or Parquet, also packed as .gz; of any size."
            placeholder="Choose a file"
            accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.gz,text/csv"
            leftSection={<IconFileImport size={16} />}
            value={file}
            disabled={busy}
            onChange={choose}
          />
          {upload.isPending && (
            <div role="status">
              <Text size="xs" c="var(--ink-soft)" mb={4}>
                {sent < 1 ? `Sent: ${Math.floor(sent * 100)} %` : 'The server has it.'}
              </Text>
              <Progress value={sent * 100} size="sm" aria-label="Sent" />
            </div>
          )}
          {upload.isError && <Fault error={upload.error} title="The file did not arrive" />}
          {preview.isError && <Fault error={preview.error} title="This file cannot be read" />}
          {upload.isSuccess && preview.isPending && <Skeleton h={180} />}
          {problems.map(({ level, code, message }) => (
            <Alert key={message} color={level === 'error' ? 'red' : 'yellow'} variant="light" role="alert">
              <Text size="sm" className={classes.message ?? ''}>
                {message}
              </Text>
              {code === 'key' && (
                <Text size="sm" fw={600} mt={4}>
                  Choose “an identity” for that column below.
                </Text>
              )}
            </Alert>
          ))}
          {shown && (
            <>
              {columns.length > 0 && (
                <Group justify="space-between" gap="md">
                  <Group gap="sm">
                    <Text size="sm" fw={600}>
                      Each row is
                    </Text>
                    <SegmentedControl
                      size="xs"
                      value={eventType === undefined ? 'customers' : 'events'}
                      disabled={busy}
                      onChange={setRows}
                      data={[
                        { value: 'customers', label: 'a customer' },
                        { value: 'events', label: 'an event of a customer' },
                      ]}
                    />
                    {eventType !== undefined && (
                      <TextInput
                        size="xs"
                        aria-label="Type of the event"
                        placeholder="order"
                        value={eventType}
                        maxLength={200}
                        disabled={busy}
                        onChange={(event) => setEventType(event.currentTarget.value)}
                      />
                    )}
                  </Group>
                  <Text size="xs" c="var(--ink-soft)">
                    {shown.format}
                  </Text>
                </Group>
              )}
              {columns.length > 0 && (
                <fieldset className={classes.fields} disabled={busy}>
                  <ImportColumns preview={shown} plans={plans} isEvents={eventType !== undefined} onChange={change} />
                </fieldset>
              )}
              <Refused preview={shown} />
              <div>
                <Group gap={4}>
                  {(['reading', 'mapping'] as const).map((part) => (
                    <Button
                      key={part}
                      size="compact-xs"
                      variant="subtle"
                      color="gray"
                      rightSection={<IconChevronDown size={13} data-open={open === part || undefined} />}
                      aria-expanded={open === part}
                      onClick={() => setOpen(open === part ? undefined : part)}
                    >
                      {part === 'reading' ? 'How the file is written' : 'What comes of it'}
                    </Button>
                  ))}
                </Group>
                <Collapse expanded={open === 'reading'}>
                  <div className={classes.more}>
                    <ImportReading value={reading} onChange={setReading} />
                  </div>
                </Collapse>
                <Collapse expanded={open === 'mapping'}>
                  <div className={`${classes.more} ${classes.documents}`}>
                    <Document title="The mapping, as osicam import --map takes it" value={mapping} />
                    <Document title="The first row" value={shown.records[0] ?? null} />
                  </div>
                </Collapse>
              </div>
              {published.length > 0 && (
                <Select
                  label="Enter a loop"
                  description="Everybody in the file enters it at once"
                  placeholder="None"
                  clearable
                  disabled={busy}
                  data={published.map((one) => ({ value: one.id, label: one.name }))}
                  value={loop}
                  onChange={setLoop}
                />
              )}
            </>
          )}
          {run.isError && <Fault error={run.error} title="The import did not begin" />}
          {job?.state === 'running' && (
            <div role="status">
              <Text size="xs" c="var(--ink-soft)" mb={4} className="tabular">
                {formatNumber(job.summary?.rows ?? 0)} rows are in · {Math.floor(job.progress * 100)} %
              </Text>
              <Progress value={job.progress * 100} size="sm" animated aria-label="Imported" />
            </div>
          )}
          <Group justify="flex-end" gap="xs" className={classes.footer ?? ''}>
            <Button variant="default" onClick={close}>
              {busy ? 'Stop' : 'Cancel'}
            </Button>
            <Button
              onClick={() => run.mutate(mapping)}
              loading={busy}
              disabled={!shown || problems.length > 0 || !isAsked}
              data-testid="run-import"
            >
              Import
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

/** Rows that would be refused: told before anything is imported. */
function Refused({ preview: { refused, rows, rejects } }: { preview: ImportPreview }) {
  if (refused === 0) return null;
  return (
    <Alert color="yellow" variant="light">
      <Text size="sm" fw={600}>
        {formatNumber(refused)} of the first {formatNumber(rows)} rows would be refused
      </Text>
      {rejects.slice(0, 3).map(({ line, reason }) => (
        <Text key={line} size="sm" className={classes.message ?? ''}>
          Line {formatNumber(line)}: {reason}
        </Text>
      ))}
    </Alert>
  );
}

function Document({ title, value }: { title: string; value: unknown }) {
  return (
    <div>
      <Text size="xs" c="var(--ink-soft)" mb={4}>
        {title}
      </Text>
      <pre className={classes.document}>{JSON.stringify(value, null, 2)}</pre>
    </div>
  );
}
