import type { Loop, Problem } from '../loop/index.ts';
import { checkRule } from '../rule/index.ts';

/** What is wrong with the goals and exits of a loop that its schema cannot say: their conditions are rules on one event. */
export function checkHappenings(loop: Loop): Problem[] {
  return (['goals', 'exits'] as const).flatMap((list) =>
    (loop[list] ?? []).flatMap((happening, i) =>
      happening.on === 'event' && happening.where
        ? checkRule(happening.where, `${list}[${i}].where`, 'event').map(
            ({ path, message }): Problem => ({ level: 'error', code: 'rule', path, message }),
          )
        : [],
    ),
  );
}
