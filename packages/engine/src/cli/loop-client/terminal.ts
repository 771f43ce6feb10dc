import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.ts';
import { printJson, printLine } from '../print.ts';

/** What a command says, and where it may ask back. */
export interface Terminal {
  /** Whether somebody is there to answer. */
  readonly asks: boolean;
  ask(question: string): Promise<string>;
  line(text: string): void;
  json(value: unknown): void;
}

export const processTerminal: Terminal = {
  asks: process.stdin.isTTY === true && process.stderr.isTTY === true,
  async ask(question) {
    // On standard error: standard output is for results.
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await prompt.question(question)).trim();
    } catch (error) {
      if ((error as Error).name !== 'AbortError') throw error;
      // Whoever leaves by Ctrl+C or Ctrl+D has said nothing.
      process.stderr.write('\n');
      return '';
    } finally {
      prompt.close();
    }
  },
  line: printLine,
  json: printJson,
};

/** Goes on only if somebody says so, or has said so with --yes. */
export async function confirm(terminal: Terminal, what: string): Promise<void> {
  if (!terminal.asks) throw new CliError(`${what}: nobody is here to be asked, so say --yes if that is meant`, 2);
  if (!/^y(es)?$/i.test(await terminal.ask(`${what}. Go on? [y/N] `))) throw new CliError('nothing was done');
}
