import { Group, NativeSelect, Switch } from '@mantine/core';
import type { FileReading } from './import-mapping.ts';

const encodings = [
  { value: '', label: 'UTF-8' },
  { value: 'windows-1252', label: 'Western (Windows-1252)' },
  { value: 'iso-8859-15', label: 'Western (ISO 8859-15)' },
  { value: 'windows-1250', label: 'Central European (Windows-1250)' },
  { value: 'windows-1251', label: 'Cyrillic (Windows-1251)' },
  { value: 'shift_jis', label: 'Japanese (Shift_JIS)' },
];
const delimiters = [
  { value: '', label: 'found by itself' },
  { value: ',', label: 'comma' },
  { value: ';', label: 'semicolon' },
  { value: 'tab', label: 'tab' },
  { value: '|', label: 'vertical bar' },
  { value: 'space', label: 'blanks' },
];

/** How the file is written, for whom it is not found by itself. */
export function ImportReading({ value, onChange }: { value: FileReading; onChange: (next: FileReading) => void }) {
  const set = (part: Partial<Record<keyof FileReading, string | boolean>>) => {
    const entries = Object.entries({ ...value, ...part }).filter(([, each]) => each !== '');
    onChange(Object.fromEntries(entries) as FileReading);
  };
  return (
    <Group grow align="flex-end" wrap="wrap" preventGrowOverflow={false}>
      <NativeSelect
        size="xs"
        label="Letters"
        data={encodings}
        value={value.encoding ?? ''}
        onChange={(event) => set({ encoding: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label="Between columns"
        data={delimiters}
        value={value.delimiter ?? ''}
        onChange={(event) => set({ delimiter: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label="Numbers"
        data={[
          { value: '', label: '1,234.50' },
          { value: 'comma', label: '1.234,50' },
        ]}
        value={value.decimal ?? ''}
        onChange={(event) => set({ decimal: event.currentTarget.value })}
      />
      <Switch
        size="xs"
        pb={6}
        label="First line names the columns"
        checked={value.header ?? true}
        onChange={(event) => set({ header: event.currentTarget.checked ? '' : false })}
      />
    </Group>
  );
}
