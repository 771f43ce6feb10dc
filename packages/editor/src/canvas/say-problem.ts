import type { Problem } from '@osicam/engine/loop';
import { humanise } from '../ui/format.ts';

/** A problem as a sentence: the field it is about first, where it is about one. */
export function sayProblem({ path, message }: Problem): string {
  const field = /\.settings\b.*?([A-Za-z]\w*)(?:\[\d+\])?$/.exec(path.replace(/\.settings$/, ''))?.[1];
  const about = field && field !== 'settings' ? humanise(field) : undefined;
  // What zod says of a setting that was left out.
  if (about && message.endsWith('received undefined')) return `${about} is missing.`;
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return about ? `${about}: ${message}` : sentence;
}
