import type { Command } from 'commander';
import type { Problem } from '../../loop/index.ts';
import { validateLoop } from '../../machine/index.ts';
import { NotJsonError } from '../config.ts';
import { printJson, printLine, tell } from '../print.ts';
import { readJsonFile } from '../read-json-file.ts';
import type { Wiring } from '../wiring.ts';

/** `osicam validate`: everything that is wrong with a loop file, each with what to do. */
export function addValidate(program: Command, wiring: Wiring): void {
  program
    .command('validate')
    .description('Check a loop file: schema, node types, settings, ports, cycles, stages')
    .argument('<file>', 'a loop file, as churn.loop.json')
    .option('--json', 'print one JSON document')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const problems = await problemsIn(file, wiring);
      const ok = problems.every(({ level }) => level !== 'error');
      if (json) printJson({ ok, problems });
      else for (const problem of problems) printLine(describe(problem));
      if (ok && json) return;
      const sum = summary(file, problems);
      if (ok) return printLine(sum);
      tell(`osicam: ${sum}`);
      process.exitCode = 1;
    });
}

/** A file that is no JSON has a problem like any other; one that cannot be read is an error of the command. */
async function problemsIn(file: string, wiring: Wiring): Promise<Problem[]> {
  const registry = await wiring.registry();
  try {
    return validateLoop(readJsonFile(file), registry);
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    return [{ level: 'error', code: 'json', path: '(document)', message: error.message }];
  }
}

const describe = ({ level, code, path, message }: Problem) => `${level}  ${path}  ${message}  [${code}]`;

function summary(file: string, problems: readonly Problem[]): string {
  const count = (level: Problem['level']) => {
    const number = problems.filter((problem) => problem.level === level).length;
    return `${number} ${level}${number === 1 ? '' : 's'}`;
  };
  const isSound = problems.every(({ level }) => level === 'warning');
  if (problems.length === 0) return `${file}: sound`;
  return isSound ? `${file}: sound, ${count('warning')}` : `${file}: ${count('error')}, ${count('warning')}`;
}
