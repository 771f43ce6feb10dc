import { resolve } from 'node:path';
import type { Command } from 'commander';
import { printJson } from '../print.ts';
import { tell } from '../print.ts';
import { parseDelivery } from '../delivery.ts';
import { addListenOptions } from '../listen-options.ts';
import type { ListenOptions } from '../listen-options.ts';
import { untilStopped } from '../until-stopped.ts';
import type { Wiring } from '../wiring.ts';

interface Options extends ListenOptions {
  data: string;
  deliver: string[];
  json?: boolean;
}

/** `osicam serve`: the installation, on the machine's own clock. */
export function addServe(program: Command, wiring: Wiring): void {
  addListenOptions(
    program
      .command('serve')
      .description('Run the engine and serve the editor and the API')
      .option('--data <folder>', 'folder of the database and of what channels write', '.osicam/data')
      .option(
        '--deliver <channel[=url]>',
        'let a node type reach the world, beside those that the configuration names',
        (value: string, all: string[]) => [...all, value],
        [],
      )
      .option('--json', 'print the address and the sign-in link as one JSON document'),
  ).action(async (options: Options) => {
    const config = wiring.config();
    const registry = await wiring.registry();
    // Loaded when it is needed: server, sign-in and log are half of what this command would load to answer --help.
    const { startServing } = await import('../serve.ts');
    const serving = await startServing({
      config,
      registry,
      data: resolve(options.data),
      host: options.host,
      port: options.port,
      clock: { mode: 'live' },
      deliver: { ...config.channels, ...parseDelivery(options.deliver, registry, config) },
      logLevel: options.logLevel,
    });
    const signIn = await serving.auth.createSignInLink();
    if (options.json) printJson({ address: serving.baseURL, signIn });
    else tell(`OSICAM is at ${serving.baseURL}\nSign in once with ${signIn}`);
    await untilStopped(serving);
  });
}
