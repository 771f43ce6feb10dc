import { join } from 'node:path';
import { channel, durationField, textTemplateField, traitField, z } from '@osicam/engine/plugin';
import { parseDuration } from '@osicam/engine/rule';
import type { Row } from '../../append-file.ts';
import { AppendFiles, expectNoConfiguration } from '../../append-file.ts';
import { render, templateProblems } from '../../template.ts';
import { consentFields, contactBy, costField } from '../consent.ts';

const columns = ['customer', 'name', 'phone', 'list', 'script', 'due', 'priority', 'created'];

export const callList = channel({
  type: 'interact/call-list',
  stage: 'interact',
  title: 'Call list',
  description: 'Puts each customer on a list for the call centre, with what to say, by when and how urgently.',
  settings: z.object({
    list: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
        'expected letters, digits, hyphens and underscores, as retention-calls',
      )
      .default('calls')
      .meta({ title: 'List', description: 'The name of the list, and of its file.' }),
    phone: traitField()
      .default('phone')
      .meta({ title: 'Phone', description: 'The trait that holds the number to call.' }),
    name: traitField().default('name').meta({ title: 'Name', description: 'The trait that holds whom to ask for.' }),
    script: textTemplateField()
      .default('Call {{ customer.name }}.')
      .meta({ title: 'Script', description: 'What the agent should know and say, with the customer’s own data.' }),
    dueIn: durationField()
      .default('P3D')
      .meta({ title: 'Call within', description: 'By when the call should be made.' }),
    priority: z
      .enum(['high', 'normal', 'low'])
      .default('normal')
      .meta({ title: 'Priority', description: 'Which calls come first.' }),
    ...consentFields('notRefused'),
    cost: costField(),
  }),
  delivery: 'at-least-once',
  concurrency: 500,
  check: ({ script }) => templateProblems([[['script'], script]]),
  contact: contactBy('phone'),
  compose: ({ customer, settings, now, turn, loop }) => {
    const phone = String(customer.traits[settings.phone] ?? '').trim();
    if (!phone) return { suppressed: 'no phone number' };
    if (phone.replace(/\D/g, '').length < 5) return { suppressed: 'invalid phone number' };
    const row: Row = {
      customer: customer.id,
      name: customer.traits[settings.name] ?? null,
      phone,
      list: settings.list,
      script: render(settings.script, { customer, now, turn, loop }).trim(),
      due: new Date(now + parseDuration(settings.dueIn)).toISOString(),
      priority: settings.priority,
      created: new Date(now).toISOString(),
    };
    return { address: phone, body: { ...row }, cost: settings.cost };
  },
  connect: ({ config, folder }) => {
    expectNoConfiguration('interact/call-list', config);
    const files = new AppendFiles();
    return {
      deliver: ({ key, body }, { settings }) =>
        files.append(join(folder, `${settings.list}.csv`), 'csv', columns, key, body),
      close: () => files.close(),
    };
  },
});
