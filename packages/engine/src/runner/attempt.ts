import { StoreError } from '../store/index.ts';

/** A row for which the handler failed, and what it said. */
export interface Failed<Row> {
  row: Row;
  error: string;
}

/**
 * Hands a batch to a handler. If it throws, the batch is halved until the rows that make it throw are alone: those fail,
 * the others go on. One bad customer among a thousand costs ten more calls.
 */
export async function attempt<Row, Result>(
  rows: readonly Row[],
  handle: (rows: readonly Row[]) => Promise<Result>,
): Promise<{ results: { rows: readonly Row[]; result: Result }[]; failed: Failed<Row>[] }> {
  if (rows.length === 0) return { results: [], failed: [] };
  try {
    return { results: [{ rows, result: await handle(rows) }], failed: [] };
  } catch (error) {
    // No customer is to blame for a database that is busy, full or gone: all of it is done once more.
    if (error instanceof StoreError) throw error;
    if (rows.length === 1) return { results: [], failed: [{ row: rows[0] as Row, error: describeError(error) }] };
    const middle = rows.length >> 1;
    const halves = [rows.slice(0, middle), rows.slice(middle)] as const;
    // Waiting for one half before the other is asked would make a handler that never answers cost hours.
    const [first, second] =
      error instanceof TimeoutError
        ? await Promise.all([attempt(halves[0], handle), attempt(halves[1], handle)])
        : [await attempt(halves[0], handle), await attempt(halves[1], handle)];
    return { results: [...first.results, ...second.results], failed: [...first.failed, ...second.failed] };
  }
}

/** Somebody else's code has not answered in time. */
export class TimeoutError extends Error {
  override name = 'TimeoutError';
}

/** An error as it is shown to whoever looks after the loop. Anything can be thrown. */
export function describeError(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${String(error)}`;
    return text.slice(0, 2_000);
  } catch {
    return `thrown: ${typeof error} without a text`;
  }
}

/** The promise's outcome, or an error once so many real milliseconds have passed. Aborts what was handed the signal. */
export async function within<T>(
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TimeoutError(`${what} did not answer within ${milliseconds / 1000} s`);
      controller.abort(error);
      reject(error);
    }, milliseconds);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
