import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { customerTables } from './first/customer-tables.ts';
import { eventTables } from './first/event-tables.ts';
import { installationTables } from './first/installation-tables.ts';
import { messageTables } from './first/message-tables.ts';
import { permissionTables } from './first/permission-tables.ts';
import { reportTables } from './first/report-tables.ts';
import { runTables } from './first/run-tables.ts';
import { schemaTables } from './first/schema-tables.ts';
import { segmentTables } from './first/segment-tables.ts';
import { typesOf } from './first/types.ts';

/**
 * The first schema. Three choices carry the engine's speed, all measured before they were taken:
 *
 * - Where an enrollment stands *is* the order on disk: `position` has no rowid and its key begins with (node, due), so that
 *   the timer index comes free and a move is a delete and an insert of sorted ranges. An index on the node instead triples
 *   the price of a move.
 * - The journal is clustered by enrollment, so one customer's history is one page or two.
 * - An enrollment is the n-th of its customer, so every key of a hot table contains the customer.
 */
export async function up(db: Kysely<unknown>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  const types = typesOf(dialect);
  const statements = [
    // What is known of the world and of this installation: the virtual clock's instant, the run's seed.
    sql`CREATE TABLE meta (name ${types.text} PRIMARY KEY, value ${types.text} NOT NULL) ${types.clustered}`,
    ...customerTables(types),
    ...eventTables(types),
    ...permissionTables(types),
    ...schemaTables(types),
    ...segmentTables(types),
    ...runTables(types),
    ...messageTables(types),
    ...reportTables(types),
    ...installationTables(types),
  ];
  for (const statement of statements) await statement.execute(db);
}
