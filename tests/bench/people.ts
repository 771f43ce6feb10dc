import type { Database } from '../../packages/engine/src/store/index.ts';

const contracts = `CASE WHEN id * 7919 % 100 < 55 THEN 'Month-to-month' WHEN id * 7919 % 100 < 76 THEN 'One year' ELSE 'Two year' END`;
const internet = `CASE id * 31 % 9 WHEN 0 THEN 'No' WHEN 1 THEN 'No' WHEN 2 THEN 'DSL' WHEN 3 THEN 'DSL' WHEN 4 THEN 'DSL' ELSE 'Fiber optic' END`;
const payments = `CASE id % 3 WHEN 0 THEN 'Electronic check' WHEN 1 THEN 'Credit card' ELSE 'Mailed check' END`;

/** Fills a database with telecom customers of nine traits and an identity each, none by chance: the same in every run. */
export async function makePeople(db: Database, count: number): Promise<void> {
  const chunk = 50_000;
  for (let first = 1; first <= count; first += chunk)
    await db.write(async (tx) => {
      const last = Math.min(first + chunk - 1, count);
      await tx.run(
        `WITH RECURSIVE one (id) AS (SELECT ? UNION ALL SELECT id + 1 FROM one WHERE id < ?)
         INSERT INTO customer (id, created_at, updated_at, traits)
         SELECT id, 0, 0, jsonb_object('name', 'Customer ' || id, 'Contract', ${contracts}, 'tenure', id * 53 % 72,
           'MonthlyCharges', 18 + id * 17 % 101 + 0.35, 'InternetService', ${internet}, 'PaymentMethod', ${payments},
           'SeniorCitizen', id * 13 % 6 = 0, 'city', 'Town ' || id % 500, 'since', '2024-05-01') FROM one`,
        [first, last],
      );
      await tx.run(
        `INSERT INTO identity (kind, value, customer)
         SELECT 'customerId', printf('C%08d', id), id FROM customer WHERE id BETWEEN ? AND ?`,
        [first, last],
      );
    });
}
