/** Six arcs of a ring of radius 11.5 in a square of 32, clockwise from the top: the mark, and any small ring of the stages. */
export const arcs = [
  { stage: 'organize', path: 'M12.64 5.00A11.5 11.5 0 0 1 19.36 5.00' },
  { stage: 'segment', path: 'M23.84 7.59A11.5 11.5 0 0 1 27.21 13.41' },
  { stage: 'interact', path: 'M27.21 18.59A11.5 11.5 0 0 1 23.84 24.41' },
  { stage: 'collect', path: 'M19.36 27.00A11.5 11.5 0 0 1 12.64 27.00' },
  { stage: 'aliment', path: 'M8.16 24.41A11.5 11.5 0 0 1 4.79 18.59' },
  { stage: 'measure', path: 'M4.79 13.41A11.5 11.5 0 0 1 8.16 7.59' },
] as const;
