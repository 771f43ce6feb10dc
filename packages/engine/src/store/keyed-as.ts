/** `<customer>.<n>` as a message's key says it: of its enrollment when it was composed, whoever that belongs to by now. */
export const keyedAs = (message: string): string =>
  `coalesce(${message}.keyed_as, CAST(${message}.customer AS TEXT) || '.' || CAST(${message}.n AS TEXT))`;
