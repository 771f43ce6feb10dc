import { Checkbox, Text } from '@mantine/core';
import type { Offered } from './features.ts';
import classes from './Typology.module.css';

interface Props {
  groups: { label: string; offered: readonly Offered[] }[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

/** By what customers are told apart. */
export function FeatureChoice({ groups, chosen, onChange }: Props) {
  const toggle = (key: string) => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    onChange(next);
  };
  return (
    <div>
      <Text size="sm" fw={560} mb={4}>
        By what they are told apart
      </Text>
      <div className={classes.features}>
        {groups
          .filter(({ offered }) => offered.length > 0)
          .map(({ label, offered }) => (
            <div key={label}>
              <div className={classes.featureHead}>{label}</div>
              {offered.map((one) => (
                <Checkbox
                  key={one.key}
                  size="xs"
                  my={4}
                  label={one.label}
                  checked={chosen.has(one.key)}
                  onChange={() => toggle(one.key)}
                />
              ))}
            </div>
          ))}
      </div>
      <Text size="xs" c="var(--ink-soft)" mt={4}>
        {chosen.size} chosen
      </Text>
    </div>
  );
}
