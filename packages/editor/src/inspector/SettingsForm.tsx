import type { LoopNode, Problem } from '@osicam/engine/loop';
import { withTheme } from '@rjsf/core';
import { Theme } from '@rjsf/mantine';
import type { ErrorSchema, RegistryFieldsType } from '@rjsf/utils';
import { useMemo } from 'react';
import type { NodeTypeDescription } from '../api/contract.ts';
import { useWorkbench } from '../canvas/workbench.tsx';
import { prepareSchema } from './prepare-schema.ts';
import { RuleField } from './RuleField.tsx';
import { errorsAt } from './settings-problems.ts';
import { templates } from './templates.tsx';
import { validator } from './validator.ts';
import { widgets } from './widgets.tsx';

const Form = withTheme(Theme);
const fields: RegistryFieldsType = { rule: RuleField };
const allTemplates = { ...Theme.templates, ...templates };
const allWidgets = { ...Theme.widgets, ...widgets };

interface Props {
  node: LoopNode;
  type: NodeTypeDescription;
  problems: readonly Problem[];
}

/** The form of a node's settings, out of its type's JSON Schema. */
export function SettingsForm({ node, type, problems }: Props) {
  const { editor } = useWorkbench();
  const { schema, uiSchema } = useMemo(() => prepareSchema(type.settings), [type]);
  const settings = node.data.settings;
  const extraErrors = useMemo(() => errorsAt(problems) as ErrorSchema, [problems]);
  const formContext = useMemo(() => ({ settings }), [settings]);
  return (
    <Form
      id={`settings-${node.id}`}
      idPrefix={`settings-${node.id}`}
      tagName="div"
      schema={schema}
      uiSchema={uiSchema}
      formData={settings}
      formContext={formContext}
      validator={validator}
      fields={fields}
      widgets={allWidgets}
      templates={allTemplates}
      extraErrors={extraErrors}
      noHtml5Validate
      noValidate
      showErrorList={false}
      liveOmit={false}
      onChange={({ formData }, id) => {
        // Without an id nobody has typed: the form only fills in its defaults, which the engine does by itself.
        if (id === undefined || JSON.stringify(formData) === JSON.stringify(settings)) return;
        editor.edit(
          [{ type: 'set-settings', id: node.id, settings: formData as Record<string, unknown> }],
          'Change settings',
          `settings:${node.id}:${id}`,
        );
      }}
    />
  );
}
