import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { RuleGroup } from '../../rule/index.ts';
import { checkRule, explainRule, parseInstant, RuleError } from '../../rule/index.ts';
import type { Transaction } from '../../store/index.ts';
import { countMembers, findSegment, listSegments, membersOf, readMeta } from '../../store/index.ts';
import { CliError } from '../cli-error.ts';
import { parseJson } from '../config.ts';
import { openReader } from '../open-database.ts';
import { databaseOption, servedDatabase, wholeNumber } from '../options.ts';
import { customerRows, selectByRule } from '../ports/segment-questions.ts';
import { printJson, printLine, table } from '../print.ts';
import { readJsonFile } from '../read-json-file.ts';

interface Options {
  db: string;
  json?: boolean;
}

/** `osicam segment`: whom rules select. Only reads, so that it works beside a server on the same database. */
export function addSegment(program: Command): void {
  const segment = program.command('segment').description('Count whom a rule selects; list segments and who is in them');
  const on = (command: Command) =>
    command.addOption(databaseOption().default(servedDatabase)).option('--json', 'print one JSON document');

  on(
    segment
      .command('count')
      .description('Count the customers whom a rule selects, and show some of them')
      .argument('<rule>', 'a JSON file with a rule or a segment, - for standard input, or the id of a segment')
      .option('--at <instant>', 'the rule as of this instant, where its windows end, as 2026-10-01T00:00Z', instant)
      .option('--sample <n>', 'how many of them to show', wholeNumber('--sample', 0, 1_000), 10),
  ).action(async (named: string, { at, sample, ...options }: Options & { at?: number; sample: number }) => {
    const given = await readRule(named);
    await reading(options, async (tx) => {
      const rule = given ?? (await ruleOf(tx, named));
      const now = at ?? (await clockOf(tx));
      const began = performance.now();
      const { count, sample: ids } = await selectByRule(tx, { rule, now, sample });
      const seconds = Math.round(performance.now() - began) / 1000;
      const rows = await customerRows(tx, ids);
      const shown = rows.map(({ id, name, email }) => ({ id, name, email }));
      if (options.json) return printJson({ count, sample: shown, seconds });
      printLine(`${explainRule(rule)}: ${count.toLocaleString('en-US')} customers, in ${seconds} s`);
      if (rows.length > 0)
        printLine(
          table(
            ['id', 'name', 'email'],
            shown.map(({ id, name, email }) => [`#${id}`, name ?? '', email ?? '']),
          ),
        );
    });
  });

  on(segment.command('list').description('List the segments, with how many customers are in each')).action(
    (options: Options) =>
      reading(options, async (tx) => {
        const members = await countMembers(tx);
        const rows = (await listSegments(tx)).map(({ ref, id, name, updatedAt, filledTo, rule }) => ({
          id,
          name,
          count: members.get(ref) ?? 0,
          filling: filledTo !== null,
          updatedAt: iso(updatedAt),
          explained: explainRule(JSON.parse(rule) as RuleGroup),
        }));
        if (options.json) return printJson(rows);
        printLine(
          table(
            ['id', 'name', 'customers', 'rule'],
            rows.map(({ id, name, count, filling, explained }) => [
              id,
              filling ? `${name} (being filled)` : name,
              count,
              explained.length > 80 ? `${explained.slice(0, 79)}…` : explained,
            ]),
          ),
        );
      }),
  );

  on(
    segment.command('show').description('Show a segment: its rule, in JSON and in words').argument('<id>', 'its id'),
  ).action((id: string, options: Options) =>
    reading(options, async (tx) => {
      const { ref, name, rule, updatedAt, filledTo } = await existing(tx, id);
      const count = (await countMembers(tx)).get(ref) ?? 0;
      const parsed = JSON.parse(rule) as RuleGroup;
      const explained = explainRule(parsed);
      if (options.json)
        return printJson({
          id,
          name,
          rule: parsed,
          explained,
          count,
          filling: filledTo !== null,
          updatedAt: iso(updatedAt),
        });
      printLine(
        `${name} (${id}): ${count.toLocaleString('en-US')} customers${filledTo === null ? '' : ', being filled'}`,
      );
      printLine(explained);
      printLine(JSON.stringify(parsed, null, 2));
    }),
  );

  on(
    segment
      .command('members')
      .description('List who is in a segment, and since when, in order of id')
      .argument('<id>', 'the segment')
      .option('--limit <n>', 'how many', wholeNumber('--limit', 1, 100_000), 50)
      .option('--after <id>', 'go on after this customer', wholeNumber('--after', 0), 0),
  ).action((id: string, { limit, after, ...options }: Options & { limit: number; after: number }) =>
    reading(options, async (tx) => {
      const { ref } = await existing(tx, id);
      const members = await membersOf(tx, ref, { after, limit });
      const since = new Map(members.map((member) => [member.customer, member.since]));
      const rows = (await customerRows(tx, [...since.keys()])).map(({ id: customer, name, email }) => ({
        id: customer,
        name,
        email,
        since: iso(since.get(customer) as number),
      }));
      if (options.json) return printJson(rows);
      printLine(
        table(
          ['id', 'name', 'email', 'since'],
          rows.map(({ id: customer, name, email, since: from }) => [`#${customer}`, name ?? '', email ?? '', from]),
        ),
      );
    }),
  );
}

async function reading({ db: url }: Options, work: (tx: Transaction) => Promise<void>): Promise<void> {
  const reader = await openReader(url);
  try {
    await reader.read(work);
  } finally {
    await reader.close();
  }
}

/** The rule in a file or in standard input; undefined where the name is of neither, and may be a segment's. */
async function readRule(named: string): Promise<RuleGroup | undefined> {
  if (named !== '-' && !existsSync(named) && isId.test(named)) return undefined;
  const document = named === '-' ? parseJson(await text(process.stdin), 'standard input') : readJsonFile(named);
  // A segment as the API and `show --json` give it has the rule within.
  const isSegment = typeof document === 'object' && document !== null && !('rules' in document) && 'rule' in document;
  const rule = isSegment ? document.rule : document;
  const problems = checkRule(rule, isSegment ? 'rule' : '');
  if (problems.length > 0) throw new RuleError(problems);
  return rule as RuleGroup;
}

const isId = /^[a-z0-9][a-z0-9-]{0,62}$/;

const ruleOf = async (tx: Transaction, id: string): Promise<RuleGroup> =>
  JSON.parse((await existing(tx, id, `there is no file ${id}, and no segment of that id`)).rule) as RuleGroup;

async function existing(tx: Transaction, id: string, message = `there is no segment ${id}`) {
  const segment = await findSegment(tx, id);
  if (!segment) throw new CliError(`${message}: osicam segment list shows those that there are`);
  return segment;
}

/** What time it is where this base lives: an accelerated installation has a clock of its own. */
const clockOf = async (tx: Transaction): Promise<number> => Number((await readMeta(tx, 'clock')) ?? Date.now());

function instant(value: string): number {
  const at = /^\d+$/.test(value) ? Number(value) : parseInstant(value);
  if (at !== undefined && Math.abs(at) <= 8.64e15) return at;
  throw new InvalidArgumentError(`expected an instant in ISO 8601 for --at, as 2026-10-01T00:00Z, got ${value}.`);
}

const iso = (at: number): string => new Date(at).toISOString();
