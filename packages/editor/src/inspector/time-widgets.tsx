import { Button, Input, NumberInput, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { WidgetProps } from '@rjsf/utils';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { scheduleQuery } from '../api/queries.ts';
import { readCron, type Rhythm, writeCron } from './cron.ts';
import classes from './SettingsForm.module.css';
import { common } from './widget-props.ts';

/* The controls of settings that go by clock and calendar. */

export const TimeOfDayWidget = (props: WidgetProps) => (
  <TextInput
    {...common(props)}
    type="time"
    styles={{ wrapper: { maxWidth: 150 } }}
    value={props.value ?? ''}
    onChange={(event) => props.onChange(event.currentTarget.value || undefined)}
  />
);

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

interface DaysProps {
  label: string;
  chosen: readonly boolean[];
  disabled: boolean;
  onChange: (chosen: readonly boolean[]) => void;
}

/** Seven days to press. The last that is chosen stays: none at all would never come. */
const Days = ({ label, chosen, disabled, onChange }: DaysProps) => (
  <div className={classes.days} role="group" aria-label={label}>
    {dayNames.map((name, index) => (
      <Button
        key={name}
        size="compact-xs"
        variant={chosen[index] ? 'filled' : 'default'}
        aria-label={name}
        aria-pressed={chosen[index] ?? false}
        disabled={disabled}
        onClick={() => {
          const next = dayNames.map((_, at) => (at === index ? !chosen[at] : (chosen[at] ?? false)));
          if (next.includes(true)) onChange(next);
        }}
      >
        {name.slice(0, 2)}
      </Button>
    ))}
  </div>
);

export const WeekdaysWidget = (props: WidgetProps) => {
  const { label, description, required, error, disabled } = common(props);
  const values = dayNames.map((name) => name.toLowerCase());
  const chosen = Array.isArray(props.value) ? (props.value as unknown[]) : [];
  return (
    <Input.Wrapper
      size="xs"
      label={label}
      description={description}
      required={required}
      error={error}
      labelElement="div"
    >
      <div className={classes.control}>
        <Days
          label={props.label}
          disabled={disabled}
          chosen={values.map((value) => chosen.includes(value))}
          onChange={(next) => props.onChange(values.filter((_, index) => next[index]))}
        />
      </div>
    </Input.Wrapper>
  );
};

const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

/** Every time zone by its name; which holds while none is chosen is said in its place. */
export const TimeZoneWidget = (props: WidgetProps) => {
  const known = typeof props.value !== 'string' || zones.includes(props.value);
  return (
    <Select
      {...common(props)}
      searchable
      clearable={!props.required}
      clearButtonProps={{ 'aria-label': `No ${props.label.toLowerCase()} of its own` }}
      nothingFoundMessage="No such time zone"
      data={(known ? zones : [props.value as string, ...zones]).map((zone) => ({
        value: zone,
        label: zone.replaceAll('_', ' '),
      }))}
      value={props.value ?? null}
      onChange={(zone) => props.onChange(zone ?? undefined)}
    />
  );
};

/** The zone that is set beside a schedule. */
const zoneOf = ({ registry }: WidgetProps): string | undefined => {
  const { zone } = registry.formContext.settings as { zone?: unknown };
  return typeof zone === 'string' ? zone : undefined;
};

/** When it comes due next, on the clock of its own time zone. */
const Next = ({ cron, zone }: { cron: string; zone: string | undefined }) => {
  const [[asked, where]] = useDebouncedValue([cron, zone] as const, 300);
  const { data } = useQuery({ ...scheduleQuery(asked, where), placeholderData: keepPreviousData });
  if (!data || data.next.length === 0) return null;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: data.zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (
    <div className={classes.hint} data-testid="schedule-next">
      Next: {data.next.map((at) => format.format(new Date(at))).join(' · ')} ({data.zone.replaceAll('_', ' ')})
    </div>
  );
};

const rhythms = [
  { value: 'day', label: 'every day' },
  { value: 'week', label: 'on days of the week' },
  { value: 'month', label: 'on a day of the month' },
  { value: 'cron', label: 'otherwise, as cron' },
];

/** A schedule in the words of a calendar; what takes more than them is a cron expression. */
export const CronWidget = (props: WidgetProps) => {
  const text = typeof props.value === 'string' ? props.value : '';
  const [asCron, setAsCron] = useState(false);
  const { label, description, required, error, disabled, id } = common(props);
  const read = asCron ? undefined : readCron(text);
  const set = (rhythm: Rhythm) => props.onChange(writeCron(rhythm));
  const choose = (every: string | null) => {
    setAsCron(every === 'cron');
    const time = readCron(text)?.time ?? '08:00';
    if (every === 'day') set({ every, time });
    if (every === 'week') set({ every, time, days: [1] });
    if (every === 'month') set({ every, time, day: 1 });
  };
  return (
    <Input.Wrapper
      size="xs"
      label={label}
      description={description}
      required={required}
      error={error}
      labelProps={{ htmlFor: id }}
    >
      <div className={`${classes.control} ${classes.cron}`}>
        <Select
          id={id}
          size="xs"
          data={rhythms}
          value={read?.every ?? 'cron'}
          allowDeselect={false}
          disabled={disabled}
          aria-label={props.label}
          onChange={choose}
        />
        {read?.every === 'week' && (
          <Days
            label={`${props.label}: days`}
            disabled={disabled}
            chosen={dayNames.map((_, index) => read.days.includes(index + 1))}
            onChange={(next) => set({ ...read, days: [1, 2, 3, 4, 5, 6, 7].filter((day) => next[day - 1]) })}
          />
        )}
        {read ? (
          <div className={classes.cronRow}>
            {read.every === 'month' && (
              <>
                <span>on the</span>
                <NumberInput
                  size="xs"
                  w={70}
                  min={1}
                  max={31}
                  allowDecimal={false}
                  clampBehavior="strict"
                  aria-label={`${props.label}: day of the month`}
                  value={read.day}
                  disabled={disabled}
                  onChange={(day) => typeof day === 'number' && day >= 1 && set({ ...read, day })}
                />
              </>
            )}
            <span>at</span>
            <TextInput
              size="xs"
              type="time"
              aria-label={`${props.label}: time`}
              value={read.time}
              disabled={disabled}
              onChange={(event) => event.currentTarget.value && set({ ...read, time: event.currentTarget.value })}
            />
          </div>
        ) : (
          <TextInput
            size="xs"
            aria-label={`${props.label}: cron expression`}
            description="Minute, hour, day of the month, month, day of the week: 0 8 1,15 * * is at 8:00 on the 1st and the 15th."
            inputWrapperOrder={['input', 'description']}
            classNames={{ input: classes.code ?? '' }}
            spellCheck={false}
            value={text}
            disabled={disabled}
            onChange={(event) => props.onChange(event.currentTarget.value)}
          />
        )}
        {read?.every === 'month' && read.day > 28 && (
          <div className={classes.hint}>Months that have no such day are left out.</div>
        )}
        {!error && <Next cron={text} zone={zoneOf(props)} />}
      </div>
    </Input.Wrapper>
  );
};
