import type { ClientBase, CustomTypesConfig, QueryResult } from 'pg';
import pg from 'pg';
import type { SqlRow, SqlValue, Transaction } from './database.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { toStoreError } from './postgres-errors.ts';
import { joinRows, numberPlaceholders, storable } from './postgres-text.ts';

/** Whole numbers are epoch milliseconds, ids and counts, all below 2⁵³; truth is 0 or 1 as in SQLite; JSON stays text. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.NUMERIC, Number);
types.setTypeParser(pg.types.builtins.BOOL, (text) => (text === 't' ? 1 : 0));
types.setTypeParser(pg.types.builtins.JSON, String);
types.setTypeParser(pg.types.builtins.JSONB, String);

interface Statement {
  name?: string;
  text: string;
}

/**
 * Statements by their text. One that comes again has a name, by which every connection prepares it once; one that comes but
 * once, as a rule that somebody tries out, leaves nothing behind in the server.
 */
export class Statements {
  readonly #known = new Map<string, Statement>();
  #named = 0;

  of(sql: string): Statement {
    const found = this.#known.get(sql);
    if (found) {
      found.name ??= `o${this.#named++}`;
      return found;
    }
    const text = numberPlaceholders(sql);
    this.#known.set(sql, { text });
    return { text };
  }
}

/** Whatever takes a statement: a connection, or a pool of them. */
export interface Asked {
  query(config: { name?: string; text: string; values?: unknown[]; types?: CustomTypesConfig }): Promise<QueryResult>;
}

/** Rows sent before the first answer is awaited: enough to hide the way there and back, few enough for its buffers. */
const onTheWay = 500;

/** The verbs' statements over a connection. `onError` is told of the first failure, whatever the work makes of it. */
export function statementsOver(
  connection: Asked,
  statements: Statements,
  place: string,
  onError: (error: unknown) => void = () => undefined,
): Transaction {
  const ask = async (statement: Statement, parameters: readonly SqlValue[]) => {
    try {
      return await connection.query({ ...statement, values: parameters.map(storable), types });
    } catch (error) {
      onError(error);
      throw toStoreError(error, place, statement.text);
    }
  };

  const eachAlone = async (sql: string, rows: Iterable<readonly SqlValue[]>): Promise<number> => {
    const statement = statements.of(sql);
    let changes = 0;
    let sent: Promise<QueryResult>[] = [];
    const settle = async () => {
      const results = await Promise.allSettled(sent);
      sent = [];
      for (const result of results) {
        if (result.status === 'rejected') throw result.reason;
        changes += result.value.rowCount ?? 0;
      }
    };
    for (const row of rows) {
      sent.push(ask(statement, row));
      if (sent.length >= onTheWay) await settle();
    }
    await settle();
    return changes;
  };

  return {
    dialect: postgresDialect,
    async all<R extends object = SqlRow>(sql: string, parameters: readonly SqlValue[] = []) {
      return (await ask(statements.of(sql), parameters)).rows as R[];
    },
    async first<R extends object = SqlRow>(sql: string, parameters: readonly SqlValue[] = []) {
      return (await ask(statements.of(sql), parameters)).rows[0] as R | undefined;
    },
    async run(sql, parameters = []) {
      return (await ask(statements.of(sql), parameters)).rowCount ?? 0;
    },
    async runMany(sql, rows) {
      const joined = joinRows(sql);
      if (!joined) return eachAlone(sql, rows);
      const all = Array.from(rows);
      let changes = 0;
      for (let from = 0; from < all.length; from += joined.most) {
        const part = all.slice(from, from + joined.most);
        // Not prepared by name: there would be one for each number of rows.
        changes += (await ask({ text: joined.text(part.length) }, part.flat())).rowCount ?? 0;
      }
      return changes;
    },
  };
}

/** Session settings of every connection, and what else it begins with. */
export const settle = async (client: ClientBase, settings: Readonly<Record<string, string>>): Promise<void> => {
  // A connection that breaks says so by an event too, which would end the process if nobody listened.
  client.on('error', () => undefined);
  await client.query(
    Object.entries(settings)
      .map(([name, value]) => `SET ${name} = ${value}`)
      .join('; '),
  );
};
