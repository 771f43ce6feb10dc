const candidates = [',', ';', '\t', '|'] as const;

/** What the header has most of, outside quotes; a comma where it has none. */
export function findDelimiter(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  const counts = candidates.map((candidate) => bare.split(candidate).length - 1);
  return candidates[counts.indexOf(Math.max(...counts))] ?? ',';
}
