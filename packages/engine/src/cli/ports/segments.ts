import type { Registry } from '../../plugin/index.ts';
import type { RuleGroup } from '../../rule/index.ts';
import type { Engine, SegmentDraft } from '../../runner/index.ts';
import { SegmentError, segmentsIn } from '../../runner/index.ts';
import type { Segment, SegmentOverlap, SegmentsPort } from '../../server/index.ts';
import { conflict, notFound, ServerError } from '../../server/index.ts';
import type { Database, StoredSegment, Transaction } from '../../store/index.ts';
import { countMembers, findSegment, listSegments, membersOf } from '../../store/index.ts';
import type { Readers } from '../host/readers.ts';
import { customerRows } from './segment-questions.ts';
import type { LoopUse } from './uses.ts';
import { usesOfLoops } from './uses.ts';

/** What changes about segments: in the thread that writes the database. */
export interface SegmentWriter {
  saveSegment(segment: SegmentDraft): Promise<void>;
  removeSegment(id: string): Promise<boolean>;
}

/** `changed` is called when there may be something new to do. */
export const segmentWriter = (
  engine: Pick<Engine, 'saveSegment' | 'removeSegment'>,
  changed: () => void,
): SegmentWriter => ({
  saveSegment: (segment) => told(engine.saveSegment(segment).then(changed)),
  removeSegment: async (id) => {
    const removed = await told(engine.removeSegment(id));
    if (removed) changed();
    return removed;
  },
});

/** What a client is to be told survives the way between two threads only as a ServerError. */
export async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof SegmentError)) throw error;
    if (error.kind === 'in-use') throw conflict(error.message);
    const problems = error.problems.map((problem) => ({ ...problem, level: 'error' as const }));
    throw new ServerError(422, 'invalid-rule', error.message, problems);
  }
}

interface Parts {
  read: Database['read'];
  writer: SegmentWriter;
  /** Threads for what takes long. */
  readers: Readers;
  registry: Registry;
  now: () => number;
}

/** The named segments of the installation. */
export function createSegmentsPort({ read, writer, readers, registry, now }: Parts): SegmentsPort {
  const all = (tx: Transaction) => listSegments(tx);
  const list = () =>
    read(async (tx) => {
      const [segments, members, loops] = [await all(tx), await countMembers(tx), await usesOfLoops(tx, registry)];
      const named = new Map(segments.map(({ id, rule }) => [id, new Set(segmentsIn(JSON.parse(rule) as RuleGroup))]));
      return segments.map((segment) => toSegment(segment, { segments, members, loops, named }));
    });

  return {
    list: () => {
      // Whoever looks at segments will soon ask whom a rule selects.
      readers.warm();
      return list();
    },
    get: async (id) => (await list()).find((segment) => segment.id === id),
    save: (segment) => writer.saveSegment(segment),
    remove: (id) => writer.removeSegment(id),

    preview: (rule, { id, signal }) =>
      readers.ask('previewRule', [rule as never, { ...(id === undefined ? {} : { id }), now: now() }], signal),

    overlap: async (id, other) => {
      const { one, others, members } = await read(async (tx) => {
        const segments = await all(tx);
        const found = segments.find((segment) => segment.id === id);
        const rest = segments.filter((segment) => segment.id !== id && (other === undefined || segment.id === other));
        return { one: found, others: rest, members: await countMembers(tx) };
      });
      if (!one) throw notFound(`segment ${id}`);
      if (other !== undefined && other !== id && others.length === 0) throw notFound(`segment ${other}`);
      const refs = others.map(({ ref }) => ref);
      const both = new Map(await readers.ask('countOverlaps', [one.ref, refs]));
      return others.map(
        ({ ref, id: otherId, name }): SegmentOverlap => ({
          id: otherId,
          name,
          own: members.get(one.ref) ?? 0,
          other: members.get(ref) ?? 0,
          both: both.get(ref) ?? 0,
        }),
      );
    },

    members: (id, { after, limit }) =>
      read(async (tx) => {
        const segment = await findSegment(tx, id);
        if (!segment) return undefined;
        const found = await membersOf(tx, segment.ref, { after: Number(after ?? 0) || 0, limit: limit + 1 });
        const page = found.slice(0, limit);
        const since = new Map(page.map((member) => [member.customer, member.since]));
        const rows = await customerRows(tx, [...since.keys()]);
        return {
          members: rows.map((row) => ({ ...row, since: since.get(row.id) as number })),
          next: found.length > limit ? String(page.at(-1)?.customer) : null,
        };
      }),
  };
}

interface Around {
  segments: readonly StoredSegment[];
  members: ReadonlyMap<number, number>;
  loops: readonly LoopUse[];
  named: ReadonlyMap<string, ReadonlySet<string>>;
}

function toSegment(
  { ref, id, name, rule, updatedAt, typology, filledTo, quiet }: StoredSegment,
  { segments, members, loops, named }: Around,
): Segment {
  return {
    id,
    name,
    rule: JSON.parse(rule) as Record<string, unknown>,
    updatedAt,
    count: quiet === 1 && filledTo !== null ? null : (members.get(ref) ?? 0),
    typology,
    uses: {
      loops: loops.flatMap((loop) =>
        loop.published.has(id) || loop.drafted.has(id)
          ? [{ id: loop.id, name: loop.name, published: loop.published.has(id) }]
          : [],
      ),
      segments: segments.flatMap((other) => (named.get(other.id)?.has(id) ? [{ id: other.id, name: other.name }] : [])),
    },
  };
}
