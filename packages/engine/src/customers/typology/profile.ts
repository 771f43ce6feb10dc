import type { Column } from './column.ts';
import type { Trait } from './settings.ts';

/** What tells a group from all customers, the most telling first. */
export function profileOf(columns: readonly Column[], members: Int32Array): Trait[] {
  return columns
    .map(({ label, of, is, values }): Trait => {
      const all = momentsOf(values);
      const own = momentsOf(Float64Array.from(members, (member) => values[member] as number));
      const distance = all.deviation > 0 && own.count > 0 ? (own.mean - all.mean) / all.deviation : 0;
      return { label, of, is, own: own.mean, all: all.mean, distance };
    })
    .filter(({ own }) => !Number.isNaN(own))
    .sort((a, b) => Math.abs(b.distance) - Math.abs(a.distance));
}

export function momentsOf(values: Float64Array): { count: number; mean: number; deviation: number } {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  const mean = count > 0 ? sum / count : Number.NaN;
  return { count, mean, deviation: count > 0 ? Math.sqrt(Math.max(0, squares / count - mean * mean)) : 0 };
}

/** A name from what is most special about a group: `high tenure, low charge`. A person will find a better one. */
export function nameOf(profile: readonly Trait[], place: number): string {
  const telling = profile
    .filter(({ distance }) => Math.abs(distance) >= 0.3)
    .filter((trait, i, all) => all.findIndex(({ of }) => of === trait.of) === i)
    .slice(0, 2);
  if (telling.length === 0) return `Group ${place}: like most`;
  const words = telling.map(({ label, is, distance }) =>
    is === 'share'
      ? distance > 0
        ? label
        : label.replace(/ is /, ' is not ')
      : `${distance > 0 ? 'high' : 'low'} ${label}`,
  );
  const name = words.join(', ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}
