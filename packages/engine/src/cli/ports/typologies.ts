import type { Engine, TypologyDraft } from '../../runner/index.ts';
import type { TypologiesPort, Typology } from '../../server/index.ts';
import type { Database, StoredTypology } from '../../store/index.ts';
import { listTypologies } from '../../store/index.ts';
import type { Readers } from '../host/readers.ts';
import { told } from './segments.ts';

/** What changes about typologies: in the thread that writes the database. */
export interface TypologyWriter {
  saveTypology(typology: TypologyDraft): Promise<void>;
  removeTypology(id: string): Promise<boolean>;
}

export const typologyWriter = (
  engine: Pick<Engine, 'saveTypology' | 'removeTypology'>,
  changed: () => void,
): TypologyWriter => ({
  saveTypology: (typology) => told(engine.saveTypology(typology).then(changed)),
  removeTypology: (id) => engine.removeTypology(id),
});

export const createTypologiesPort = (
  read: Database['read'],
  { writer, readers, now }: { writer: TypologyWriter; readers: Readers; now: () => number },
): TypologiesPort => ({
  list: async () => (await read(listTypologies)).map(toTypology),
  propose: (settings, { signal }) => readers.ask('proposeTypology', [settings, { now: now() }], signal),
  save: (id, { name, settings, ...found }) =>
    writer.saveTypology({
      id,
      name,
      method: settings.method,
      settings: JSON.stringify(settings),
      profile: JSON.stringify(found),
      groups: found.groups.map(({ segment, name: group, rule }) => ({ id: segment, name: `${name}: ${group}`, rule })),
    }),
  remove: (id) => writer.removeTypology(id),
});

const toTypology = ({ id, name, settings, profile, madeAt }: StoredTypology): Typology => ({
  id,
  name,
  madeAt,
  settings: JSON.parse(settings) as Typology['settings'],
  ...(JSON.parse(profile) as Pick<Typology, 'groups' | 'fidelity' | 'customers' | 'target'>),
});
