/** The due of a row that no clock wakes: the last instant that a JavaScript date can hold. */
export const forever = 8_640_000_000_000_000;
