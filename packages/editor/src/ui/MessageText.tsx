import { Text } from '@mantine/core';
import type { JsonObject } from '../api/contract.ts';
import { gist } from './gist.ts';

/** What a message says, in a line, and what became of it below. */
export function MessageText({ body, detail }: { body: JsonObject | null; detail: string | null }) {
  return (
    <>
      {subjectOf(body)}
      {detail && (
        <Text size="xs" c="var(--ink-soft)" truncate>
          {detail}
        </Text>
      )}
    </>
  );
}

function subjectOf(body: JsonObject | null): string {
  for (const key of ['subject', 'title', 'text', 'script', 'message', 'url']) {
    const value = body?.[key];
    if (typeof value === 'string' && value) return value;
  }
  return (body && gist(body)) || '–';
}
