/** What most schedules say: a time of day, every day, on some days of the week, or on a day of the month. */
export type Rhythm =
  | { every: 'day'; time: string }
  | { every: 'week'; time: string; days: readonly number[] }
  | { every: 'month'; time: string; day: number };

const two = (text: string | undefined) => String(Number(text)).padStart(2, '0');

/** The rhythm that a cron expression says, or undefined when it takes cron to say it. Monday is 1, Sunday 7. */
export function readCron(text: string): Rhythm | undefined {
  const [minute, hour, day, month, weekday, ...rest] = text.trim().split(/\s+/);
  if (rest.length > 0 || month !== '*' || !between(minute, 0, 59) || !between(hour, 0, 23)) return undefined;
  const time = `${two(hour)}:${two(minute)}`;
  if (weekday === '*') {
    if (day === '*') return { every: 'day', time };
    return between(day, 1, 31) ? { every: 'month', time, day: Number(day) } : undefined;
  }
  const days = day === '*' ? readDays(weekday ?? '') : undefined;
  return days && { every: 'week', time, days };
}

export function writeCron(rhythm: Rhythm): string {
  const [hour, minute] = rhythm.time.split(':');
  const at = `${Number(minute)} ${Number(hour)}`;
  switch (rhythm.every) {
    case 'day':
      return `${at} * * *`;
    case 'week':
      return `${at} * * ${rhythm.days.toSorted((a, b) => a - b).join(',')}`;
    case 'month':
      return `${at} ${rhythm.day} * *`;
  }
}

const between = (text: string | undefined, least: number, most: number): boolean =>
  text !== undefined && /^\d{1,2}$/.test(text) && Number(text) >= least && Number(text) <= most;

function readDays(text: string): number[] | undefined {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const [from, to = from] = part.split('-');
    if (!between(from, 0, 7) || !between(to, 0, 7) || Number(from) > Number(to)) return undefined;
    for (let day = Number(from); day <= Number(to); day++) days.add(day === 0 ? 7 : day);
  }
  return [...days].toSorted((a, b) => a - b);
}
