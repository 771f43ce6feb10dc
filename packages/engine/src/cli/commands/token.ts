import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { tokenNameForm, tokenNameWords } from '../../server/api-tokens.ts';
import type { TokensPort } from '../../server/index.ts';
import type { Role } from '../../server/roles.ts';
import { roles } from '../../server/roles.ts';
import { ServerError } from '../../server/server-error.ts';
import { CliError } from '../cli-error.ts';
import { databaseOption, duration, servedDatabase } from '../options.ts';
import { printJson, printLine, table, tell } from '../print.ts';
import type { Wiring } from '../wiring.ts';

interface Options {
  db: string;
  json?: boolean;
}

interface CreateOptions extends Options {
  name: string;
  role: Role;
  expires?: number;
}

/** `osicam token`: who may use the API. Works on the database itself, also beside a server that runs on it. */
export function addToken(program: Command, wiring: Wiring): void {
  const token = program
    .command('token')
    .description('Give out, list and revoke the tokens by which programs use the API, and osicam loop');
  const on = (command: Command) =>
    command.addOption(databaseOption().default(servedDatabase)).option('--json', 'print one JSON document');

  on(
    token
      .command('create')
      .description('Give out a token; its secret is printed once, and is not kept')
      .requiredOption('--name <name>', 'what it is called in the list and in the audit', nameOf)
      .addOption(
        new Option('--role <role>', 'viewer: look; operator: also change loops; admin: also tokens, policy, write keys')
          .choices(roles)
          .makeOptionMandatory(),
      )
      .option(
        '--expires <duration>',
        'for how long it is good, as P90D; left out, until it is revoked',
        duration('--expires'),
      ),
  ).action(({ name, role, expires, ...options }: CreateOptions) =>
    withTokens(options, wiring, async (tokens) => {
      const until = expires === undefined ? {} : { expiresAt: Date.now() + expires };
      const { secret, ...made } = await tokens.create({ name, role, ...until });
      if (options.json) return printJson({ ...spelled(made), secret });
      // Alone on standard output, so that a script can take it.
      printLine(secret);
      const good = made.expiresAt === undefined ? 'until it is revoked' : `until ${iso(made.expiresAt)}`;
      tell(`the token ${name} has the role ${role} and is good ${good}; it is shown only now`);
    }),
  );

  on(token.command('list').description('List the tokens, without their secrets')).action((options: Options) =>
    withTokens(options, wiring, async (tokens) => {
      const list = await tokens.list();
      if (options.json) return printJson(list.map(spelled));
      printLine(
        table(
          ['name', 'role', 'created', 'expires', 'last used', 'digest'],
          list.map(({ name, role, createdAt, expiresAt, usedAt, digest }) => [
            name,
            role,
            iso(createdAt),
            expiresAt === undefined ? 'never' : iso(expiresAt),
            usedAt === undefined ? 'never' : iso(usedAt),
            digest.slice(0, 12),
          ]),
        ),
      );
    }),
  );

  on(
    token
      .command('revoke')
      .description('Take a token back, from the next request on')
      .argument('<name>', 'its name, or the beginning of its digest'),
  ).action((named: string, options: Options) =>
    withTokens(options, wiring, async (tokens) => {
      const list = await tokens.list();
      const exact = list.filter(({ name }) => name === named);
      const meant =
        exact.length > 0 ? exact : list.filter(({ digest }) => named.length >= 8 && digest.startsWith(named));
      const [one] = meant;
      if (!one || meant.length > 1 || !(await tokens.revoke(one.digest)))
        throw new CliError(`there is no token ${named}: osicam token list shows those that there are`);
      if (options.json) return printJson(spelled(one));
      tell(`the token ${one.name} is revoked`);
    }),
  );
}

async function withTokens(
  { db: url }: Options,
  wiring: Wiring,
  work: (tokens: TokensPort) => Promise<void>,
): Promise<void> {
  const file = /^[a-z][a-z0-9+]+:/i.test(url) ? /^sqlite:(?:\/\/)?(.*)$/i.exec(url)?.[1] : url;
  if (file !== undefined && !existsSync(file))
    throw new CliError(`there is no database ${file}: name it with --db, or start osicam serve once, which makes it`);
  // Loaded when it is needed, as the server in serve: it would be most of what --help loads.
  const { createTokensPort, tokenWriter } = await import('../ports/tokens.ts');
  const db = await wiring.openDatabase(url);
  try {
    await work(createTokensPort({ read: (work) => db.read(work), writer: tokenWriter(db), now: () => Date.now() }));
  } catch (error) {
    throw error instanceof ServerError ? new CliError(error.message) : error;
  } finally {
    await db.close();
  }
}

function nameOf(text: string): string {
  if (tokenNameForm.test(text)) return text;
  throw new InvalidArgumentError(`${tokenNameWords}, got ${text}.`);
}

const iso = (at: number): string => new Date(at).toISOString();

/** With instants as the API spells them. */
function spelled<T extends { createdAt: number; expiresAt?: number; usedAt?: number }>(token: T) {
  const { createdAt, expiresAt, usedAt, ...rest } = token;
  return {
    ...rest,
    createdAt: iso(createdAt),
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
    ...(usedAt === undefined ? {} : { usedAt: iso(usedAt) }),
  };
}
