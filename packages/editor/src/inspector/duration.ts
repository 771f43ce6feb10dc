/** Units in which people set a wait, largest first. */
export const units = [
  { id: 'W', title: 'weeks', seconds: 604_800 },
  { id: 'D', title: 'days', seconds: 86_400 },
  { id: 'H', title: 'hours', seconds: 3_600 },
  { id: 'M', title: 'minutes', seconds: 60 },
  { id: 'S', title: 'seconds', seconds: 1 },
] as const;
export type Unit = (typeof units)[number]['id'];

/** One number and one unit for an ISO 8601 duration, or undefined when it takes more than that to say it. */
export function readDuration(text: string): { count: number; unit: Unit } | undefined {
  const found = /^P(?:(\d+)([WD])|T(\d+)([HMS]))$/.exec(text);
  if (!found) return undefined;
  return { count: Number(found[1] ?? found[3]), unit: (found[2] ?? found[4]) as Unit };
}

export const writeDuration = (count: number, unit: Unit): string =>
  unit === 'W' || unit === 'D' ? `P${count}${unit}` : `PT${count}${unit}`;
