const candidates = [',', ';', '\t', '|'] as const;

/** What the header has most of, outside quotes. Where it has none, blanks if its words stand apart as in a printed table, else a comma. */
export function findDelimiter(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  const counts = candidates.map((candidate) => bare.split(candidate).length - 1);
  if (Math.max(...counts) === 0 && /\S {2,}\S/.test(bare)) return ' ';
  return candidates[counts.indexOf(Math.max(...counts))] ?? ',';
}
