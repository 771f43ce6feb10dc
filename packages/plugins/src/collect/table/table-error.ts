/** A table that cannot be read as it is set: what was expected, what came. */
export class TableError extends Error {
  override name = 'TableError';
}
