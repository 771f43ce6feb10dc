import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Option } from 'commander';
import { CliError } from '../cli-error.ts';

/** Where the server is, and by what the command opens it. */
export interface ReachOptions {
  server: string;
  token?: string;
  tokenFile?: string;
  insecure?: boolean;
  json?: boolean;
}

export interface Reach {
  /** With a slash at its end, so that paths are appended to it also behind a proxy's prefix. */
  base: URL;
  token: string;
}

/** The options of every command that speaks to a server. */
export function addReachOptions(command: Command): Command {
  return command
    .addOption(new Option('--server <url>', 'the OSICAM server').env('OSICAM_SERVER').default('http://127.0.0.1:4100'))
    .option('--token <secret>', 'an API token; better OSICAM_TOKEN or a file, which a list of processes does not show')
    .option('--token-file <file>', 'a file with the token')
    .option('--insecure', 'send the token unencrypted also to another machine')
    .option('--json', "print the server's answer as one JSON document");
}

/** Checks all that can be wrong with them before anything is sent. */
export function reach(options: ReachOptions, environment: NodeJS.ProcessEnv): Reach {
  const base = serverOf(options.server);
  if (base.protocol === 'http:' && !isLoopback(base.hostname) && !options.insecure)
    throw new CliError(
      `${base.origin} is another machine, and over plain http everybody on the way could read the token: use https, or --insecure where the network is your own`,
      2,
    );
  return { base, token: tokenOf(options, environment) };
}

function serverOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '')
    throw new CliError(`expected --server as http://host:port or https://host, got ${text}`, 2);
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);

function tokenOf({ token, tokenFile }: ReachOptions, environment: NodeJS.ProcessEnv): string {
  if (token !== undefined && tokenFile !== undefined)
    throw new CliError('expected --token or --token-file, got both', 2);
  const found = (token ?? (tokenFile === undefined ? environment.OSICAM_TOKEN : readToken(tokenFile)) ?? '').trim();
  if (found === '')
    throw new CliError(
      'expected an API token in OSICAM_TOKEN, --token-file or --token: osicam token create gives one out',
      2,
    );
  // Anything else could not be sent as a header either.
  if (!/^[\x21-\x7e]+$/.test(found))
    throw new CliError('expected one token of visible ASCII letters, got something else', 2);
  return found;
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`cannot read the token in ${file}: ${(error as Error).message}`);
  }
}
