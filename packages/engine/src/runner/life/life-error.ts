/**
 * Why something cannot be done to a loop. unknown: there is no such loop. conflict: what its state, or somebody else, does
 * not allow now. unsound: what was asked for names things that are not there, or says nothing that can be done.
 */
export class LifeError extends Error {
  override name = 'LifeError';
  readonly kind: 'unknown' | 'conflict' | 'unsound';

  constructor(kind: LifeError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export const unsound = (message: string): LifeError => new LifeError('unsound', message);
