import type { Plan } from '../../customers/index.ts';
import { planOrganizing, proposeTypology, readIdentityPolicy, TypologyError } from '../../customers/index.ts';
import type { JsonObject } from '../../plugin/index.ts';
import type { RuleGroup } from '../../rule/index.ts';
import { checkRule, RuleError } from '../../rule/index.ts';
import type { SegmentPreview, TypologyProposal, TypologySettings } from '../../server/index.ts';
import { ServerError } from '../../server/server-error.ts';
import type { Database } from '../../store/index.ts';
import { loadSegments } from '../../store/index.ts';
import { countCustomers, countOverlaps, customerRows, selectByRule } from '../ports/segment-questions.ts';

/** How long the number of all customers is taken to be the same, in milliseconds: it takes as long to count as a segment. */
const totalHolds = 10_000;

/** Questions over the whole base, which take longer than a server's thread may be held up. They are answered in a thread of their own. */
export function readerMethods({ read }: Pick<Database, 'read'>) {
  let total: { at: number; count: number } | undefined;
  const countAll = async (): Promise<number> => {
    const at = performance.now();
    if (!total || at - total.at > totalHolds) total = { at, count: await read(countCustomers) };
    return total.count;
  };
  return {
    /** Who is likely one person, over the whole base. */
    planOrganizing: async (): Promise<Plan> => planOrganizing({ read }, { policy: await read(readIdentityPolicy) }),

    /** Whom a rule selects, without saving it. */
    previewRule: async (rule: JsonObject, { id, now }: { id?: string; now: number }): Promise<SegmentPreview> => {
      const problems = checkRule(rule, 'rule');
      if (problems.length > 0) throw unsound(problems);
      const began = performance.now();
      try {
        return await read(async (tx) => {
          const { count, sample } = await selectByRule(tx, {
            rule: rule as unknown as RuleGroup,
            id,
            now,
            sample: 10,
          });
          const rows = await customerRows(tx, sample);
          const seconds = (performance.now() - began) / 1000;
          return { count, total: await countAll(), sample: rows, seconds };
        });
      } catch (error) {
        throw error instanceof RuleError ? unsound(error.problems) : error;
      }
    },

    /** Divides the customers into groups, without saving them. */
    proposeTypology: async (settings: TypologySettings, { now }: { now: number }): Promise<TypologyProposal> => {
      const began = performance.now();
      try {
        const proposal = await read(async (tx) =>
          proposeTypology(tx, settings, { now, segments: await loadSegments(tx) }),
        );
        const groups = proposal.groups.map((group) => ({ ...group, rule: { ...group.rule } }));
        return { ...proposal, groups, seconds: (performance.now() - began) / 1000 };
      } catch (error) {
        if (error instanceof TypologyError) throw new ServerError(422, 'no-typology', error.message);
        throw error instanceof RuleError ? unsound(error.problems) : error;
      }
    },

    /** How many of one segment are in each of others, by their refs. */
    countOverlaps: (ref: number, others: readonly number[]): Promise<[number, number][]> =>
      read((tx) => countOverlaps(tx, ref, others)),
  };
}

export type ReaderMethods = ReturnType<typeof readerMethods>;

const unsound = (problems: RuleError['problems']): ServerError =>
  new ServerError(
    422,
    'invalid-rule',
    problems.map(({ path, message }) => `${path}: ${message}`).join('; '),
    problems.map((problem) => ({ ...problem, level: 'error' as const })),
  );
