import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepPicture, openBrowser } from './browser.ts';
import type { Installation } from './installation.ts';
import { startInstallation } from './installation.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
});

afterAll(() => installation?.stop());

test('what came stands on the page of data; once a trait is declared what does not fit is kept aside, and taken in when it may', async () => {
  const visitor = await openBrowser();
  const { page, complaints } = visitor;
  try {
    await page.goto(installation.signIn);
    await page.getByText('Draw your first loop').waitFor();
    const bring = (csv: string) =>
      page.evaluate(async (body) => {
        const headers = { 'content-type': 'text/csv' };
        return (await fetch('/api/import?name=c.csv&key=id', { method: 'POST', headers, body })).status;
      }, csv);
    await page.getByRole('link', { name: 'Data' }).click();
    await page.getByText('Nothing is known yet').waitFor();
    expect(await bring('id,email,tenure\nC1,ann@example.com,12\nC2,bo@example.com,3\n')).toBe(200);

    await page.reload();
    const trait = page.getByTestId('attribute-tenure');
    await trait.getByText('Number').waitFor();
    await page.getByTestId('attribute-email').getByLabel('personal').waitFor();
    await trait.getByRole('button', { name: 'tenure' }).click();
    const drawer = page.getByTestId('attribute-drawer');
    await page.getByTestId('attribute-type').click();
    await page.getByRole('option', { name: 'Number', exact: true }).click();
    await page.getByTestId('attribute-label').fill('Months with us');
    await drawer.getByRole('switch', { name: 'Indexed' }).check({ force: true });
    await page.getByTestId('save-declaration').click();
    await trait.getByRole('button', { name: 'Months with us' }).waitFor();
    await trait.getByLabel('indexed').waitFor();

    // Two in three are numbers: the column is one of numbers, by what was declared.
    expect(await bring('id,tenure\nC1,a year\nC2,4\nC3,5\n')).toBe(200);
    await page.goto(`${installation.address}/schema?tab=aside`);
    const aside = page.getByTestId('aside-tenure');
    await aside.getByText('"a year"').waitFor();
    await keepPicture(page, 'schema-aside');
    await aside.getByTestId('take-in').click();
    await page.getByText('None was taken in').waitFor();
    await aside.getByRole('button', { name: 'tenure' }).click();
    await page.getByTestId('attribute-type').click();
    await page.getByRole('option', { name: 'Anything' }).click();
    await page.getByTestId('save-declaration').click();
    await drawer.waitFor({ state: 'hidden' });
    await aside.getByTestId('take-in').click();
    await page.getByText('1 value taken in').waitFor();
    await page.getByText('Everything fits').waitFor();
    const traits = await page.evaluate(
      async () => ((await (await fetch('/api/customers/1')).json()) as { traits: unknown }).traits,
    );
    expect(traits).toMatchObject({ tenure: 'a year' });

    await page.getByTestId('closed').click({ force: true });
    await expect
      .poll(() =>
        page.evaluate(async () => ((await (await fetch('/api/schema')).json()) as { closed: unknown }).closed),
      )
      .toBe(true);
    expect(complaints).toEqual([]);
  } finally {
    await visitor.close();
  }
});
