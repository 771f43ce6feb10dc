/** Given and family name in one order, whichever stands where; '' unless both are known. */
export const fullName = (given: string, family: string): string =>
  given === '' || family === '' ? '' : given < family ? `${given}|${family}` : `${family}|${given}`;
