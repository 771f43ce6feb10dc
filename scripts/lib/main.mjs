import { UserProblem } from './problem.mjs';

/** Runs a command's main function and reports what it throws: on standard error, with exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`osicam: ${error instanceof UserProblem ? error.message : (error?.stack ?? error)}\n`);
    process.exitCode = 1;
  }
}
