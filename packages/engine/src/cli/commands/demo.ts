import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Story } from '../../plugin/index.ts';
import { CliError } from '../cli-error.ts';
import { locate } from '../config.ts';
import { describeRun } from '../describe-run.ts';
import { describeUplift } from '../describe-uplift.ts';
import type { ListenOptions } from '../listen-options.ts';
import { addListenOptions } from '../listen-options.ts';
import { wholeNumber } from '../options.ts';
import { printJson, printLine, tell } from '../print.ts';
import type { Wiring } from '../wiring.ts';

interface Options extends ListenOptions {
  once?: boolean;
  json?: boolean;
  customers?: number;
  seed: number;
  data: string;
}

/** `osicam demo`: a whole story, live with the editor, or once on a virtual clock. */
export function addDemo(program: Command, wiring: Wiring): void {
  addListenOptions(
    program
      .command('demo')
      .description('Tell the example story: customers who answer, a loop that learns, the editor to watch it')
      .option('--once', 'two whole turns on a virtual clock, without a server')
      .option('--json', 'print one JSON document')
      .option('--customers <n>', 'how many customers the story has', wholeNumber('--customers', 100, 5_000_000))
      .option('--seed <n>', 'other people, other luck', wholeNumber('--seed', 0), 1)
      .option('--data <folder>', 'folder of the live story’s database', '.osicam/demo'),
  ).action(async (options: Options) => {
    const config = wiring.config();
    if (config.demo === undefined) throw new CliError(`${config.file} names no story: give it as "demo"`);
    const { default: story } = (await import(locate(config, config.demo))) as { default?: Story };
    if (typeof story?.prepare !== 'function')
      throw new CliError(`${config.demo}: expected a story as its default export`);
    const registry = await wiring.registry();
    const { seed, customers = story.customers } = options;
    if (options.once) {
      const { tellOnce } = await import('../demo-once.ts');
      const result = await tellOnce(story, wiring, registry, { customers, seed });
      if (options.json) return printJson(result);
      printLine(describeRun({ ...result, reports: [] }));
      return printLine(describeUplift(result.reports, result.truth));
    }
    const { tellLive } = await import('../demo-live.ts');
    await tellLive(story, {
      config,
      registry,
      customers,
      seed,
      data: resolve(options.data),
      host: options.host,
      port: options.port,
      logLevel: options.logLevel,
      onAddress: (address, signIn) => {
        if (options.json) printJson({ address, signIn });
        tell(
          `\n  ${story.title}\n\n  Open ${signIn}\n  (signs you in once; the address is ${address})\n\n  A day takes two seconds here. Ctrl-C stops; the next start goes on from there.\n`,
        );
      },
    });
  });
}
