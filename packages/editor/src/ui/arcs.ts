/** Six arcs of a ring of radius 11.5 in a square of 32, clockwise from the top: the mark, and any small ring of the stages. */
export const arcs = [
  { stage: 'organize', path: 'M11.05 5.62A11.5 11.5 0 0 1 20.95 5.62' },
  { stage: 'segment', path: 'M22.51 6.52A11.5 11.5 0 0 1 27.46 15.10' },
  { stage: 'interact', path: 'M27.46 16.90A11.5 11.5 0 0 1 22.51 25.48' },
  { stage: 'collect', path: 'M20.95 26.38A11.5 11.5 0 0 1 11.05 26.38' },
  { stage: 'aliment', path: 'M9.49 25.48A11.5 11.5 0 0 1 4.54 16.90' },
  { stage: 'measure', path: 'M4.54 15.10A11.5 11.5 0 0 1 9.49 6.52' },
] as const;
