import { describeSchema } from '../../customers/index.ts';
import type { AttributeView } from '../../customers/index.ts';
import type { Fields } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';

type Field = Fields['traits'][number];

/** Groups whose traits are looked at, of each kind: the newest. */
const groupsLookedAt = 500;

/** What rules can ask of customers: traits, event types and groups, in the words of the schema. */
export async function readFields(tx: Transaction): Promise<Fields> {
  const { traits, events } = await describeSchema(tx);
  return {
    traits: traits.map(toField),
    events: events.map(({ type, label, category, properties }) => ({
      type,
      ...(label === null ? {} : { label }),
      category,
      properties: properties.map(({ name }) => name),
      fields: properties.map(toField),
    })),
    groups: await readGroups(tx),
  };
}

const types: Record<AttributeView['type'], Field['type']> = {
  text: 'string',
  number: 'number',
  boolean: 'boolean',
  instant: 'instant',
  list: 'mixed',
  object: 'mixed',
  any: 'mixed',
};

const toField = ({ name, type, label, category, pii, values }: AttributeView): Field => ({
  name,
  type: types[type],
  ...(label === null ? {} : { label }),
  category,
  pii,
  ...(values ? { values } : {}),
});

async function readGroups(tx: Transaction): Promise<Fields['groups']> {
  const rows = await tx.all<{ kind: string; key: string | null }>(
    `SELECT DISTINCT g.kind, t.key FROM (SELECT kind, traits FROM customer_group ORDER BY ref DESC LIMIT ?) g
     LEFT JOIN ${tx.dialect.eachField('g.traits')} t ON true ORDER BY g.kind, t.key`,
    [groupsLookedAt],
  );
  return [...new Set(rows.map(({ kind }) => kind))].map((kind) => ({
    kind,
    traits: rows.flatMap((row) => (row.kind === kind && row.key !== null ? [row.key] : [])),
  }));
}
