/** Something that whoever started the command has to mend. It is shown as its message alone, without a stack. */
export class UserProblem extends Error {}
