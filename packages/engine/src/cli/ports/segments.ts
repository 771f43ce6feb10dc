import type { Engine, SegmentDraft } from '../../runner/index.ts';
import { SegmentError } from '../../runner/index.ts';
import type { SegmentsPort } from '../../server/index.ts';
import { conflict, ServerError } from '../../server/index.ts';
import type { Database, StoredSegment } from '../../store/index.ts';
import { listSegments } from '../../store/index.ts';

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
  removeSegment: (id) => told(engine.removeSegment(id)),
});

/** What a client is to be told survives the way between two threads only as a ServerError. */
async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof SegmentError)) throw error;
    if (error.kind === 'in-use') throw conflict(error.message);
    const problems = error.problems.map((problem) => ({ ...problem, level: 'error' as const }));
    throw new ServerError(422, 'invalid-rule', error.message, problems);
  }
}

/** The named segments of the installation. */
export function createSegmentsPort(read: Database['read'], writer: SegmentWriter): SegmentsPort {
  const list = async () => (await read((tx) => listSegments(tx))).map(toSegment);
  return {
    list,
    get: async (id) => (await list()).find((segment) => segment.id === id),
    save: (segment) => writer.saveSegment(segment),
    remove: (id) => writer.removeSegment(id),
  };
}

const toSegment = ({ id, name, rule, updatedAt, watchedAt }: StoredSegment) => ({
  id,
  name,
  rule: JSON.parse(rule) as Record<string, unknown>,
  updatedAt,
  watchedAt,
});
