import { type Loop, LoopError, parseLoop } from '@osicam/engine/loop';

/** A loop from a file a person chose, or one sentence that says what is wrong with it. */
export async function readLoopFile(file: File): Promise<{ loop: Loop } | { problem: string }> {
  let value: unknown;
  try {
    value = JSON.parse(await file.text());
  } catch (error) {
    return { problem: `Expected JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  try {
    return { loop: parseLoop(value) };
  } catch (error) {
    if (!(error instanceof LoopError)) throw error;
    const [first, ...others] = error.problems;
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    return { problem: `Not a loop file: ${first?.path}: ${first?.message}${more}` };
  }
}

/** Hands the loop to the browser as a download. */
export function downloadLoop(loop: Loop): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(loop, null, 2)}\n`], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${loop.id}.loop.json`;
  link.click();
  URL.revokeObjectURL(url);
}
