import { InvalidArgumentError } from 'commander';

/** An option's parser: a whole number not below `least`. */
export const wholeNumber =
  (name: string, least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number of at least ${least} for ${name}, got ${text}.`);
  };
