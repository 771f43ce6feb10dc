import { Alert, Badge, Button, FileInput, Group, Modal, Select, Skeleton, Stack, Stepper, Text } from '@mantine/core';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, query } from '../../api/client.ts';
import type { ImportPreview, ImportResult, Json } from '../../api/contract.ts';
import { loopsQuery } from '../../api/queries.ts';
import { Fault } from '../../ui/Fault.tsx';
import table from '../../ui/Table.module.css';
import { ImportOutcome } from './ImportOutcome.tsx';
import classes from './ImportDialog.module.css';

const peek = 256 * 1024;

/** A file becomes customers: chosen, looked at, imported. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const loops = useQuery(loopsQuery);
  const [file, setFile] = useState<File | null>(null);
  const [key, setKey] = useState<string | null>(null);
  const [loop, setLoop] = useState<string | null>(null);
  const preview = useQuery({
    queryKey: ['import-preview', file?.name, file?.size, file?.lastModified],
    queryFn: async () =>
      api<ImportPreview>(`/api/import/preview${query({ name: file?.name })}`, {
        body: (file as File).slice(0, peek, 'text/csv'),
      }),
    enabled: file !== null,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const run = useMutation({
    mutationFn: () =>
      api<ImportResult>(`/api/import${query({ name: file?.name, key: key ?? undefined, loop: loop ?? undefined })}`, {
        body: (file as File).slice(0, (file as File).size, 'text/csv'),
      }),
    onSuccess: async () => {
      await Promise.all(['customers', 'fields', 'loops'].map((name) => client.invalidateQueries({ queryKey: [name] })));
    },
  });
  const published = loops.data?.filter((one) => one.published) ?? [];
  const step = run.isSuccess ? 2 : preview.data ? 1 : 0;
  return (
    <Modal
      opened
      onClose={run.isPending ? () => {} : onClose}
      title="Import customers"
      size="xl"
      data-testid="import-dialog"
    >
      <Stepper active={step} size="xs" mb="lg" iconSize={26}>
        <Stepper.Step label="Choose a file" />
        <Stepper.Step label="Look at it" />
        <Stepper.Step label="Imported" />
      </Stepper>
      {run.data ? (
        <ImportOutcome result={run.data} onClose={onClose} />
      ) : (
        <Stack gap="md">
          <FileInput
            label="File"
            description="CSV with a header line, or JSON Lines; of any size."
            placeholder="Choose a file"
            accept=".csv,.tsv,.txt,.jsonl,.ndjson,text/csv"
            leftSection={<IconFileTypeCsv size={16} />}
            value={file}
            disabled={run.isPending}
            onChange={(chosen) => {
              setFile(chosen);
              setKey(null);
              run.reset();
            }}
          />
          {preview.isFetching && <Skeleton h={150} />}
          {preview.isError && <Fault error={preview.error} title="This file cannot be read" />}
          {preview.data && (
            <>
              {preview.data.problems.map((problem) => (
                <Alert key={problem.message} color={problem.level === 'error' ? 'red' : 'yellow'} variant="light">
                  {problem.message}
                </Alert>
              ))}
              <Columns columns={preview.data.columns} chosen={key} />
              <Group grow align="flex-start">
                <Select
                  label="Key"
                  description="The column that tells customers apart"
                  placeholder="Found by itself"
                  clearable
                  searchable
                  data={preview.data.columns.map(({ name }) => name)}
                  value={key}
                  onChange={setKey}
                />
                <Select
                  label="Enter a loop"
                  description={
                    published.length > 0 ? 'Everybody in the file enters it at once' : 'No loop is published yet'
                  }
                  placeholder="None"
                  clearable
                  disabled={published.length === 0}
                  data={published.map((one) => ({ value: one.id, label: one.name }))}
                  value={loop}
                  onChange={setLoop}
                />
              </Group>
            </>
          )}
          {run.isError && <Fault error={run.error} title="The import stopped" />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose} disabled={run.isPending}>
              Cancel
            </Button>
            <Button
              onClick={() => run.mutate()}
              loading={run.isPending}
              disabled={!preview.data}
              data-testid="run-import"
            >
              Import
            </Button>
          </Group>
          {run.isPending && (
            <Text size="xs" c="var(--ink-soft)" ta="right" role="status">
              A million rows take about a minute. This page may stay open meanwhile.
            </Text>
          )}
        </Stack>
      )}
    </Modal>
  );
}

const sample = (value: Json): string =>
  value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

function Columns({ columns, chosen }: { columns: ImportPreview['columns']; chosen: string | null }) {
  return (
    <div className={`${table.frame} ${classes.columns}`}>
      <table>
        <thead>
          <tr>
            <th>Column</th>
            <th>Type</th>
            <th>For example</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column.name} data-chosen={column.name === chosen || undefined}>
              <td>{column.name}</td>
              <td>
                <Badge color="gray">{column.type}</Badge>
              </td>
              <td className={classes.samples}>
                {column.samples
                  .map(sample)
                  .filter(Boolean)
                  .slice(0, 4)
                  .map((value, index) => (
                    <code key={index}>{value}</code>
                  ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
