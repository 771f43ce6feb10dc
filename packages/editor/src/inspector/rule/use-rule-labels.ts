import type { RuleLabels } from '@osicam/engine/rule';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { fieldsQuery } from '../../api/queries.ts';
import { listsQuery, segmentsQuery } from '../../api/segments.ts';

/** What people call the things that rules name by their ids. */
export function useRuleLabels(): RuleLabels {
  const fields = useQuery(fieldsQuery).data;
  const segments = useQuery(segmentsQuery).data;
  const lists = useQuery(listsQuery).data;
  return useMemo(
    () => ({
      traits: new Map(fields?.traits.flatMap(({ name, label }) => (label ? [[name, label]] : []))),
      events: new Map(fields?.events.flatMap(({ type, label }) => (label ? [[type, label]] : []))),
      segments: new Map(segments?.map(({ id, name }) => [id, name])),
      lists: new Map(lists?.map(({ id, name }) => [id, name])),
    }),
    [fields, segments, lists],
  );
}
