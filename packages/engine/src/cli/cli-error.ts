/** An error that ends the command: 1 for wrong input, 2 for wrong usage. */
export class CliError extends Error {
  override name = 'CliError';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
