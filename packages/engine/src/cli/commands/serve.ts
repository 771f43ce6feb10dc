import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { isPostgres } from '../../store/index.ts';
import { CliError } from '../cli-error.ts';
import { printJson } from '../print.ts';
import { tell } from '../print.ts';
import { parseDelivery } from '../delivery.ts';
import { addListenOptions } from '../listen-options.ts';
import type { ListenOptions } from '../listen-options.ts';
import { untilStopped } from '../until-stopped.ts';
import type { Wiring } from '../wiring.ts';

interface Options extends ListenOptions {
  data: string;
  db?: string;
  role: 'all' | 'engine' | 'api';
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
      .addOption(
        new Option(
          '--db <url>',
          'a PostgreSQL database (postgres://…) that several processes work on; left out, a file in the data folder',
        ).env('OSICAM_DATABASE_URL'),
      )
      .addOption(
        new Option('--role <role>', 'engine: steps and messages alone; api: editor and API alone; both take --db')
          .choices(['all', 'engine', 'api'])
          .env('OSICAM_ROLE')
          .default('all'),
      )
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
    const { role } = options;
    const database = postgresOf(options);
    const serveOptions = {
      config,
      registry,
      data: resolve(options.data),
      host: options.host,
      port: options.port,
      clock: { mode: 'live' as const },
      deliver: { ...config.channels, ...parseDelivery(options.deliver, registry, config) },
      logLevel: options.logLevel,
    };
    // Loaded when it is needed: server, sign-in and log are half of what this command would load to answer --help.
    if (role === 'engine' && database !== undefined) {
      const { startEngineOnly } = await import('../serve-engine.ts');
      const worker = await startEngineOnly({ ...serveOptions, database });
      if (options.json) printJson({ address: worker.baseURL });
      else tell(`an OSICAM engine works; its health is at ${worker.baseURL}/readyz`);
      await untilStopped(worker);
      return;
    }
    const { startServing } = await import('../serve.ts');
    const serving = await startServing({
      ...serveOptions,
      ...(database === undefined ? {} : { database }),
      role: role === 'api' ? 'api' : 'all',
    });
    const signIn = await serving.auth.createSignInLink();
    if (options.json) printJson({ address: serving.baseURL, signIn });
    else tell(`OSICAM is at ${serving.baseURL}\nSign in once with ${signIn}`);
    await untilStopped(serving);
  });
}

/** The shared database that is named, if one is. A file has one engine, and its server lives in the same process. */
function postgresOf({ db: named, role }: Options): string | undefined {
  const db = named || undefined;
  if (db !== undefined && !isPostgres(db))
    throw new CliError(
      `expected --db as postgres://user:password@host/name, got ${db}; --data names the folder of a file`,
      2,
    );
  if (db === undefined && role !== 'all')
    throw new CliError(
      `--role ${role} takes a database that several processes can share: name one with --db postgres://…`,
      2,
    );
  return db;
}
