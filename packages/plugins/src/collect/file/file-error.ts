/** A file that cannot be read as it is: what was expected, what came, where. */
export class FileError extends Error {
  override name = 'FileError';
}

/** Where reading stands: the bytes and the lines that lie behind. */
export interface Place {
  byte: number;
  line: number;
}

/** Longer than any sensible row; what is longer is nearly always a quote that is never closed. */
export const longestRow = 1_048_576;
