import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import type { Installation } from './installation.ts';
import { startInstallation } from './installation.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const loop = JSON.parse(readFileSync(join(import.meta.dirname, '../../examples/telco-churn/loop.json'), 'utf8')) as {
  id: string;
  name: string;
};
const customers = `customerID,name,email,phone,Contract,InternetService,tenure,MonthlyCharges,TotalCharges
${Array.from({ length: 60 }, (_, i) => `C${i},Person ${i},p${i}@example.org,,Month-to-month,Fiber optic,${i % 20},70.5,${i * 70}`).join('\n')}
`;

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
});

afterAll(() => installation?.stop());

/** What WCAG 2 (A and AA) finds on a page once it has settled, in a line each. */
const complaints = (results: AxeResults) =>
  results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.length} times, as ${nodes[0]?.html.slice(0, 120)})`,
  );

test('every page is one that everybody can use, by WCAG 2 A and AA, in both colour schemes', async () => {
  const visitor = await openBrowser();
  const { page } = visitor;
  try {
    expect((await page.goto(installation.address))?.status()).toBe(200);
    const pages: Record<string, string[]> = {};
    const look = async (path: string, settled: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(`${installation.address}${path}`);
        await page.getByText(settled, { exact: false }).first().waitFor();
        await page.waitForTimeout(500);
        await page.evaluate(axe);
        // A string, since what it calls is there only in the page.
        const results = (await page.evaluate(`axe.run({ runOnly: ['wcag2a', 'wcag2aa'] })`)) as AxeResults;
        pages[`${path} (${settled}), ${colorScheme}`] = complaints(results);
      }
    };
    await look('/', 'one-time sign-in link');

    await page.goto(installation.signIn);
    await look('/', 'Draw your first loop');
    const status = await page.evaluate(
      async ([id, name, document, csv]) => {
        const post = (path: string, type: string, body: string) =>
          fetch(path, { method: 'POST', headers: { 'content-type': type }, body }).then((answer) => answer.status);
        return [
          await post('/api/loops', 'application/json', JSON.stringify({ id, name, document: JSON.parse(document) })),
          await post(`/api/loops/${id}/publish`, 'application/json', JSON.stringify({ revision: 1 })),
          await post(`/api/import?name=c.csv&key=customerID&loop=${id}`, 'text/csv', csv),
        ];
      },
      [loop.id, loop.name, JSON.stringify(loop), customers] as const,
    );
    expect(status).toEqual([201, 200, 200]);

    await look('/', loop.name);
    await look(`/loops/${loop.id}`, 'No problems');
    await look(`/loops/${loop.id}/results`, 'Published v1');
    await look(`/loops/${loop.id}/operation`, 'People under way');
    await look('/settings', 'No marketing while a complaint is open');
    await look('/permission', 'Sign-up forms');
    await look('/permission?tab=texts', 'No wordings yet');
    await look('/permission?tab=suppressions', 'Nobody is on the list');
    await look('/customers', 'Person 1');
    await look('/customers/1', 'Never asked for anything');
    await look('/customers/1#basic', 'What is known');
    await look('/schema', 'MonthlyCharges');
    await look('/segments', 'No segments yet');
    const made = await page.evaluate(async () => {
      const rule = { combinator: 'and', rules: [{ field: 'Contract', operator: '=', value: 'Month-to-month' }] };
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ name: 'Without a contract', rule });
      return (await fetch('/api/segments/without-a-contract', { method: 'PUT', headers, body })).status;
    });
    expect(made).toBe(200);
    await look('/segments', 'Without a contract');
    await look('/messages', 'sent');
    expect(pages).toEqual(Object.fromEntries(Object.keys(pages).map((path) => [path, []])));
    expect(Object.keys(pages)).toHaveLength(34);
  } finally {
    await visitor.close();
  }
});
