import { useDebouncedValue } from '@mantine/hooks';
import { checkRule, type RuleGroup } from '@osicam/engine/rule';
import { useQuery } from '@tanstack/react-query';
import { isGroup } from './tidy-rule.ts';
import { previewQuery } from '../../api/segments.ts';

/**
 * Whom a rule selects while it is being written. A rule that is not whole yet is not asked; what was known of the last one
 * that was stays until more is known.
 */
export function usePreview(rule: RuleGroup, segment: string | undefined) {
  const [settled] = useDebouncedValue(rule, 250);
  const problem =
    checkRule(settled, 'rule')[0]?.message ?? (isUnfinished(settled) ? 'a value is still missing' : undefined);
  const preview = useQuery({ ...previewQuery(settled, segment), enabled: problem === undefined });
  return { ...preview, problem, isStale: settled !== rule || preview.isPlaceholderData || preview.isFetching };
}

/** Whether a condition has been begun and not been given its value. */
const isUnfinished = (group: RuleGroup): boolean =>
  group.rules.some((rule) => {
    if (isGroup(rule)) return isUnfinished(rule);
    if (isGroup(rule.value)) return isUnfinished(rule.value);
    return rule.value === '' || (rule.measure?.where !== undefined && isUnfinished(rule.measure.where));
  });
