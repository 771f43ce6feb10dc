import { Button, Select, type SelectProps } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { segmentsQuery } from '../api/segments.ts';
import classes from './SettingsForm.module.css';

const SegmentDialog = lazy(() => import('./SegmentDialog.tsx').then((module) => ({ default: module.SegmentDialog })));

interface Props extends Omit<SelectProps, 'data' | 'value' | 'onChange'> {
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}

/** A named segment; one that is not there yet is made on the spot. */
export function SegmentSelect({ value, onChange, ...input }: Props) {
  const segments = useQuery(segmentsQuery);
  const [creating, setCreating] = useState(false);
  const data = (segments.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  if (segments.isSuccess && value && !data.some((segment) => segment.value === value))
    data.push({ value, label: `${value} (there is none)` });
  return (
    <div className={classes.segment}>
      <Select
        {...input}
        searchable
        data={data}
        value={value || null}
        placeholder={segments.data?.length === 0 ? 'None yet' : 'Choose a segment'}
        nothingFoundMessage="No such segment"
        onChange={(id) => onChange(id ?? undefined)}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconPlus size={13} />}
        onClick={() => setCreating(true)}
        disabled={input.disabled ?? false}
        data-testid="new-segment"
      >
        New segment…
      </Button>
      <Suspense>
        {creating && (
          <SegmentDialog
            segment={undefined}
            onClose={() => setCreating(false)}
            onSaved={({ id }) => {
              onChange(id);
              setCreating(false);
            }}
          />
        )}
      </Suspense>
    </div>
  );
}
