import { ruleToCustomersSql } from '../../packages/engine/src/rule/index.ts';
import type { Database } from '../../packages/engine/src/store/index.ts';
import { baseNow } from './base.ts';
import { fiftySegments } from './fifty-segments.ts';

const day = 86_400_000;
const since = (days: number) => `${baseNow - days * day}`;
const total = "(properties ->> '$.total')";

/** What is known of each customer's orders, in one pass over the events as they lie on disk. */
const facts = `CREATE TEMP TABLE fact AS SELECT customer, sum(${total}) AS spent, avg(${total}) AS average, max(${total}) AS largest,
    sum(CASE WHEN time >= ${since(365)} THEN ${total} ELSE 0 END) AS spent_in_a_year,
    sum(time >= ${since(180)} AND ${total} < 5000) AS small, sum(time >= ${since(90)} AND ${total} >= 18000) AS large,
    sum(time >= ${since(180)}) AS lately
  FROM event NOT INDEXED WHERE type = 'order' AND time <= ${baseNow} GROUP BY customer`;

const best = `SELECT f.customer FROM temp.fact f WHERE f.spent_in_a_year >= 50000 AND f.lately >= 3
  AND coalesce((SELECT granted FROM consent n WHERE n.customer = f.customer AND n.channel = 'email' AND n.purpose = 'offers'
    ORDER BY at DESC LIMIT 1), 0) <> 0`;

/** Written by hand where one pass over the events is faster than what a rule alone can know. */
const byHand: Readonly<Record<string, string>> = {
  'spent-1000': 'SELECT customer FROM temp.fact WHERE spent >= 100000',
  'spent-500-this-year': 'SELECT customer FROM temp.fact WHERE spent_in_a_year >= 50000',
  'average-above-120': 'SELECT customer FROM temp.fact WHERE average > 12000',
  'largest-order-above-200': 'SELECT customer FROM temp.fact WHERE largest > 20000',
  'many-small-orders': 'SELECT customer FROM temp.fact WHERE small >= 4',
  'a-large-order-in-90-days': 'SELECT customer FROM temp.fact WHERE large >= 1',
  'best-customers': best,
  'best-in-dach': `SELECT b.customer FROM (${best}) b JOIN customer c ON c.id = b.customer
    WHERE c.traits ->> '$.country' IN ('DE', 'AT', 'CH')`,
  'opened-a-campaign': `SELECT DISTINCT customer FROM event NOT INDEXED WHERE type = 'mail opened' AND properties ->> '$.campaign' = 'c7'`,
};

/** All memberships anew, each by the fastest way that is known, into a table without index. How many there are of each segment. */
export async function rebuild(db: Database): Promise<Record<string, number>> {
  const segments = new Map(Object.entries(fiftySegments));
  const counts: Record<string, number> = {};
  await db.write(async (tx) => {
    await tx.run('CREATE TABLE rebuilt (segment INTEGER NOT NULL, customer INTEGER NOT NULL)');
    await tx.run(facts);
    for (const [i, [id, rule]] of [...segments].entries()) {
      const written = byHand[id];
      const { sql, parameters } = written
        ? { sql: written, parameters: [] }
        : ruleToCustomersSql(rule, { now: baseNow, segments });
      const column = written ? 'customer' : 'id';
      counts[id] = await tx.run(
        `INSERT INTO rebuilt (segment, customer) SELECT ${i + 1}, s.${column} FROM (${sql}) s`,
        parameters,
      );
    }
    await tx.run('DROP TABLE temp.fact');
  });
  return counts;
}
