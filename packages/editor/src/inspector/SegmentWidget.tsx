import { Button, Select } from '@mantine/core';
import type { WidgetProps } from '@rjsf/utils';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { segmentsQuery } from '../api/queries.ts';
import classes from './SettingsForm.module.css';
import { common } from './widget-props.ts';

const SegmentDialog = lazy(() => import('./SegmentDialog.tsx').then((module) => ({ default: module.SegmentDialog })));

/** A named segment; one that is not there yet is made on the spot. */
export const SegmentWidget = (props: WidgetProps) => {
  const segments = useQuery(segmentsQuery);
  const [creating, setCreating] = useState(false);
  const data = (segments.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  if (
    segments.isSuccess &&
    typeof props.value === 'string' &&
    props.value &&
    !data.some((s) => s.value === props.value)
  )
    data.push({ value: props.value, label: `${props.value} (there is none)` });
  return (
    <div className={classes.segment}>
      <Select
        {...common(props)}
        searchable
        data={data}
        value={props.value || null}
        placeholder={segments.data?.length === 0 ? 'None yet' : 'Choose a segment'}
        nothingFoundMessage="No such segment"
        onChange={(id) => props.onChange(id ?? undefined)}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconPlus size={13} />}
        onClick={() => setCreating(true)}
        disabled={props.disabled || props.readonly || false}
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
              props.onChange(id);
              setCreating(false);
            }}
          />
        )}
      </Suspense>
    </div>
  );
};
