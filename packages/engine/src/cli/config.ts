import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from '../plugin/index.ts';
import { isZone, PluginError, Registry, z } from '../plugin/index.ts';
import { parseDuration } from '../rule/index.ts';
import { rateSchema } from '../runner/rate.ts';
import { CliError } from './cli-error.ts';

/** The root of the checkout that this file is part of. */
export const home = fileURLToPath(new URL('../../../../', import.meta.url));

const channelConfig = z.unknown().superRefine((config, context) => {
  if (typeof config !== 'object' || config === null || !('rate' in config)) return;
  const parsed = rateSchema.safeParse(config.rate);
  for (const { path, message } of parsed.error?.issues ?? [])
    context.addIssue({ code: 'custom', path: ['rate', ...path], message });
});

/** Milliseconds of an age, undefined for none. */
const age = z.string().transform((text, context): number | undefined => {
  if (text === 'off') return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${(error as Error).message}, or "off"` });
    return z.NEVER;
  }
});

/** Without a slash at its end. A path is where a proxy has put the installation. */
const publicAddress = z
  .url({ protocol: /^https?$/, error: 'expected an address as https://news.example.com' })
  .transform((text, context) => {
    const url = new URL(text);
    if (url.search === '' && url.hash === '' && url.username === '') return url.href.replace(/\/+$/, '');
    context.addIssue({ code: 'custom', message: `expected an address as https://news.example.com, got ${text}` });
    return z.NEVER;
  });

const schema = z.strictObject({
  /** npm packages, or files relative to the configuration, that export a plugin by default. */
  plugins: z.array(z.string().min(1)).min(1),
  /**
   * What channels need to reach the world, by node type, as `{ "interact/email": { "url": "smtp://…" } }`. Each may have a
   * `rate`, as `{ "perSecond": 20, "perMinute": 500, "concurrency": 10 }`, which holds over all loops and all workers.
   */
  channels: z.record(z.string(), channelConfig).default({}),
  /**
   * Databases that sources may read, by the name that loops call them by: an address, as `postgres://…`, `mysql://…` or
   * `sqlite:…`, or `{ "env": "CRM_DATABASE" }` for the variable that holds it.
   */
  connections: z
    .record(z.string(), z.union([z.string().min(1), z.strictObject({ env: z.string().min(1) })]))
    .default({}),
  /** IANA name of the time zone of schedules, and of customers who have no `timezone` of their own. */
  zone: z.string().refine(isZone, 'expected the IANA name of a time zone, as Europe/Berlin').default('UTC'),
  /**
   * How long what is over is kept, as `{ "journal": "P400D", "messageBodies": "P90D" }`, or "off" for ever: journals from the
   * end of their enrollment on, bodies of messages from when it was known what became of them.
   */
  retention: z.strictObject({ journal: age.prefault('P400D'), messageBodies: age.prefault('P90D') }).prefault({}),
  /**
   * The address at which people reach this installation from outside, as https://news.example.com: links in mails, to
   * unsubscribe and to confirm, begin with it. OSICAM_PUBLIC_URL goes before it.
   */
  publicURL: publicAddress.optional(),
  /** The package whose story `osicam demo` tells. */
  demo: z.string().optional(),
});

export interface Config extends z.output<typeof schema> {
  file: string;
}

/** The addresses of the databases that sources may read. One whose variable is not set is none. */
export const connectionsOf = ({ connections }: Pick<Config, 'connections'>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(connections).flatMap(([name, value]) => {
      const address = typeof value === 'string' ? value : process.env[value.env];
      return address === undefined || address === '' ? [] : [[name, address]];
    }),
  );

/** Reads the installation's configuration: the file named, else osicam.config.json here or above, else the one of this checkout. */
export function readConfig(named: string | undefined, cwd = process.cwd()): Config {
  const file = named
    ? resolve(cwd, named)
    : (findUpwards('osicam.config.json', cwd) ?? join(home, 'osicam.config.json'));
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`cannot read the configuration ${file}: ${(error as Error).message}`);
  }
  const document = parseJson(text, file);
  const publicURL = process.env.OSICAM_PUBLIC_URL;
  const parsed = schema.safeParse(publicURL && typeof document === 'object' ? { ...document, publicURL } : document);
  if (parsed.success) return { ...parsed.data, file };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(document)'}: ${issue.message}`);
  throw new CliError(`the configuration ${file} is not right: ${problems.join('; ')}`);
}

function findUpwards(name: string, from: string): string | undefined {
  const file = join(from, name);
  if (existsSync(file)) return file;
  const above = dirname(from);
  return above === from ? undefined : findUpwards(name, above);
}

export class NotJsonError extends CliError {}

export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NotJsonError(`expected JSON in ${file}: ${(error as Error).message}`);
  }
}

/** Where a package or file that the configuration names is, as a URL to import. */
export function locate(config: Config, name: string): string {
  try {
    return pathToFileURL(createRequire(config.file).resolve(name)).href;
  } catch {
    throw new CliError(
      `${config.file} names ${name}, which is not there: install the package beside the configuration, or correct the name`,
    );
  }
}

/** Loads the plugins that the configuration names. The engine never imports one otherwise. */
export async function loadRegistry(config: Config): Promise<Registry> {
  const plugins: Plugin[] = [];
  for (const name of config.plugins) {
    const loaded = (await import(locate(config, name))) as { default?: Plugin };
    if (typeof loaded.default !== 'object' || !Array.isArray(loaded.default?.nodes))
      throw new CliError(
        `${name} (named in ${config.file}): expected a plugin as its default export, made by definePlugin()`,
      );
    plugins.push(loaded.default);
  }
  try {
    return new Registry(plugins);
  } catch (error) {
    if (error instanceof PluginError) throw new CliError(error.message);
    throw error;
  }
}
