import type { Command } from 'commander';
import type { Problem } from '../../loop/index.ts';
import { validateLoop } from '../../machine/index.ts';
import { printJson, printLine } from '../print.ts';
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
      const problems = validateLoop(readJsonFile(file), await wiring.registry());
      const ok = problems.every(({ level }) => level !== 'error');
      if (json) printJson({ ok, problems });
      else for (const line of describeProblems(file, problems)) printLine(line);
      if (!ok) process.exitCode = 1;
    });
}

/** A line a problem, and a closing one. */
export function describeProblems(file: string, problems: readonly Problem[]): string[] {
  const errors = problems.filter(({ level }) => level === 'error').length;
  return [
    ...problems.map(({ level, code, path, message }) => `${level}  ${path}  ${message}  [${code}]`),
    errors > 0
      ? `${file}: ${errors} ${errors === 1 ? 'error' : 'errors'}, ${problems.length - errors} warnings`
      : `${file}: sound${problems.length > 0 ? `, ${problems.length} warnings` : ''}`,
  ];
}
