import { Button, Text } from '@mantine/core';
import { checkRule, explainRule } from '@osicam/engine/rule';
import type { FieldProps } from '@rjsf/utils';
import { IconFilterEdit } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { isGroup } from './rule/tidy-rule.ts';
import { useRuleLabels } from './rule/use-rule-labels.ts';
import classes from './SettingsForm.module.css';

const RuleBuilder = lazy(() => import('./rule/RuleBuilder.tsx').then((module) => ({ default: module.RuleBuilder })));

/** A rule, said in words; the rows to change it open in a dialog, because they need more room than the inspector has. */
export function RuleField({
  formData,
  schema,
  uiSchema,
  fieldPathId,
  onChange,
  rawErrors,
  registry,
  required,
  disabled,
  readonly,
}: FieldProps) {
  const [open, setOpen] = useState(false);
  const labels = useRuleLabels();
  const rule = isGroup(formData) ? formData : undefined;
  const eventFrom = uiSchema?.['ui:options']?.['eventFrom'];
  const siblings = valueAt(registry.formContext.settings, fieldPathId.path.slice(0, -1));
  const about = typeof eventFrom === 'string' ? { event: textAt(siblings, eventFrom) } : undefined;
  const everything = !rule || rule.rules.length === 0;
  const faulty = rule !== undefined && checkRule(rule, '', about ? 'event' : 'customer').length > 0;
  const title = schema.title ?? 'Rule';
  return (
    <div className={classes.group}>
      <div className={classes.legend}>{title}</div>
      {schema.description && <div className={classes.description}>{schema.description}</div>}
      <div className={classes.rule} data-faulty={faulty || undefined}>
        <div className={classes.ruleText} data-everybody={everything || undefined} data-testid="rule-summary">
          {everything ? (about ? 'Every such event' : 'Everybody') : explainRule(rule, labels)}
        </div>
        <div className={classes.ruleTools}>
          <Button
            size="compact-xs"
            variant="light"
            leftSection={<IconFilterEdit size={14} />}
            onClick={() => setOpen(true)}
            disabled={disabled || readonly || false}
          >
            {everything ? 'Add conditions' : 'Edit'}
          </Button>
          {!required && rule && (
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              onClick={() => onChange(undefined, fieldPathId.path)}
            >
              Remove
            </Button>
          )}
        </div>
      </div>
      {rawErrors?.map((error) => (
        <Text key={error} size="xs" c="var(--bad)">
          {error}
        </Text>
      ))}
      {open && (
        <Suspense>
          <RuleBuilder
            title={title}
            rule={rule}
            about={about}
            onClose={() => setOpen(false)}
            onSave={(saved) => {
              onChange(saved, fieldPathId.path);
              setOpen(false);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

const valueAt = (root: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    root,
  );

const textAt = (value: unknown, key: string): string | undefined => {
  const found = valueAt(value, [key]);
  return typeof found === 'string' ? found : undefined;
};
