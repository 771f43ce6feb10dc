import { portField, router, ruleField, z } from '@osicam/engine/plugin';
import { sameNames } from '../../ports.ts';

export const rules = router({
  type: 'segment/rules',
  stage: 'segment',
  title: 'Segment by rules',
  description: 'Sends each customer out by the first case that it meets, or by the last way out when it meets none.',
  settings: z.object({
    cases: z
      .array(
        z.object({
          port: portField().meta({ title: 'Name', description: 'What this segment is called, as "at risk".' }),
          when: ruleField().meta({
            title: 'Who',
            description: 'Conditions on what is known of the customer. Without any, everybody meets the case.',
          }),
        }),
      )
      .default([{ port: 'yes', when: { combinator: 'and', rules: [] } }])
      .meta({ title: 'Segments', description: 'Tried from the first to the last.' }),
    otherwise: portField()
      .default('otherwise')
      .meta({ title: 'All others', description: 'What the way out is called for whoever meets no case.' }),
  }),
  ports: ({ cases, otherwise }) => [...cases.map(({ port }) => ({ id: port })), { id: otherwise }],
  check: ({ cases, otherwise }) =>
    sameNames([
      ...cases.map(({ port }, index) => ({ name: port, path: ['cases', index, 'port'] })),
      { name: otherwise, path: ['otherwise'] },
    ]),
  route: ({ cases, otherwise }) => ({ by: 'rules', cases, otherwise }),
});
