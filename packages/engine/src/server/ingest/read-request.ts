import type { IngestedRecord } from '../intake-ports.ts';
import type { RequestKind } from './read-calls.ts';
import { readCalls } from './read-calls.ts';
import { toRecord } from './to-record.ts';

/** An accepted request as the engine works it in: what each call says, or why it cannot be taken in, and each as a request of its own. */
export function readRequest({ kind, body, receivedAt }: { kind: string; body: string; receivedAt: number }): {
  calls: (IngestedRecord | string)[];
  alone(call: number): { kind: string; body: string };
} {
  if (kind === 'records') return readRecords(body);
  const { calls, given, sentAt } = readCalls(kind as RequestKind, body);
  return {
    calls: calls.map((read) =>
      typeof read === 'string' ? read : toRecord(read.type, read.call, { receivedAt, sentAt }),
    ),
    alone: (i) =>
      kind === 'batch'
        ? { kind, body: JSON.stringify({ batch: [given[i]], ...(sentAt === undefined ? {} : { sentAt }) }) }
        : { kind, body },
  };
}

/** What was read already when it came: by the mapping that held then. */
function readRecords(body: string): ReturnType<typeof readRequest> {
  const calls = JSON.parse(body) as IngestedRecord[];
  return { calls, alone: (i) => ({ kind: 'records', body: JSON.stringify([calls[i]]) }) };
}
