import { Option } from 'commander';
import type { Command } from 'commander';
import type { LogLevel } from '../server/index.ts';
import { wholeNumber } from './options.ts';

export interface ListenOptions {
  host: string;
  port: number;
  logLevel: LogLevel;
}

/** Where a server listens and what it says: options, with the environment behind them. */
export function addListenOptions(command: Command): Command {
  return command
    .addOption(new Option('--host <address>', 'address to listen on').env('OSICAM_HOST').default('127.0.0.1'))
    .addOption(
      new Option('--port <n>', 'port to listen on')
        .env('OSICAM_PORT')
        .default(4100)
        .argParser(wholeNumber('--port', 1, 65_535)),
    )
    .addOption(
      new Option('--log-level <level>', 'what the server says on standard error')
        .env('OSICAM_LOG_LEVEL')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    );
}
