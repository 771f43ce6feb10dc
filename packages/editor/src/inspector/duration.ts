/** Units in which people set a wait, largest first. Months and years have no fixed length, and only some settings take them. */
export const units = [
  { id: 'Y', sign: 'Y', title: 'years', calendar: true },
  { id: 'Mo', sign: 'M', title: 'months', calendar: true },
  { id: 'W', sign: 'W', title: 'weeks' },
  { id: 'D', sign: 'D', title: 'days' },
  { id: 'H', sign: 'H', title: 'hours', time: true },
  { id: 'M', sign: 'M', title: 'minutes', time: true },
  { id: 'S', sign: 'S', title: 'seconds', time: true },
] as const satisfies readonly { id: string; sign: string; title: string; calendar?: true; time?: true }[];
export type Unit = (typeof units)[number]['id'];

/** One number and one unit for an ISO 8601 duration, or undefined when it takes more than that to say it. */
export function readDuration(text: string): { count: number; unit: Unit } | undefined {
  const found = /^P(T?)(\d+)([YMWDHS])$/.exec(text);
  const unit = units.find((each) => each.sign === found?.[3] && 'time' in each === (found[1] === 'T'));
  return unit && { count: Number(found?.[2]), unit: unit.id };
}

export function writeDuration(count: number, unit: Unit): string {
  const of = units.find(({ id }) => id === unit);
  return `P${of && 'time' in of ? 'T' : ''}${count}${of?.sign}`;
}
