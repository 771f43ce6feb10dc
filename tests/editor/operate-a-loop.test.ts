import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import type { Installation } from './installation.ts';
import { startInstallation } from './installation.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
});

afterAll(() => installation?.stop());

const drawn = (wait: string, label: string) => ({
  format: 'osicam/loop@1',
  id: 'renewals',
  name: 'Renewals',
  nodes: [
    {
      id: 'in',
      type: 'collect/file',
      position: { x: 0, y: 0 },
      data: { label: 'Customers', settings: { path: 'c.csv' } },
    },
    { id: wait, type: 'flow/delay', position: { x: 260, y: 0 }, data: { label, settings: { for: 'P30D' } } },
    { id: 'out', type: 'flow/end', position: { x: 520, y: 0 }, data: { label: 'Done', settings: {} } },
  ],
  edges: [
    { id: 'a', source: 'in', sourceHandle: 'entered', target: wait },
    { id: 'b', source: wait, sourceHandle: 'done', target: 'out' },
  ],
});
const customers = `id,name\n${Array.from({ length: 12 }, (_, i) => `C${i},Person ${i}`).join('\n')}\n`;

test('a loop is looked after in the browser: paused and resumed, its people moved to a new version and taken out', async () => {
  const visitor = await openBrowser();
  const { page, complaints } = visitor;
  try {
    await page.goto(installation.signIn);
    await page.getByText('Draw your first loop').waitFor();
    const call = (method: string, path: string, type: string, body: string) =>
      page.evaluate(
        async (asked) => {
          const answer = await fetch(asked.path, {
            method: asked.method,
            headers: { 'content-type': asked.type },
            body: asked.body,
          });
          return { status: answer.status, text: await answer.text() };
        },
        { method, path, type, body },
      );
    const json = (method: string, path: string, body: unknown) =>
      call(method, path, 'application/json', JSON.stringify(body));
    const first = drawn('rest', 'A month of rest');
    expect(await json('POST', '/api/loops', { id: first.id, name: first.name, document: first })).toMatchObject({
      status: 201,
    });
    expect(await json('POST', '/api/loops/renewals/publish', { revision: 1 })).toMatchObject({ status: 200 });
    expect(await call('POST', '/api/import?name=c.csv&key=id&loop=renewals', 'text/csv', customers)).toMatchObject({
      status: 200,
    });

    await page.goto(`${installation.address}/loops/renewals/operation`);
    const life = page.getByTestId('life');
    await life.getByText('Running').waitFor();
    await page.getByText('12 customers under way').waitFor();

    await page.getByTestId('pause').click();
    await life.getByText('Paused').waitFor();
    await page.getByTestId('resume').click();
    await page.getByText('Nothing came due while the loop was paused').waitFor();
    await page.getByTestId('confirm-resume').click();
    await life.getByText('Running').waitFor();

    const second = drawn('pause', 'Another month');
    expect(await json('PUT', '/api/loops/renewals', { document: second, revision: 1 })).toMatchObject({ status: 200 });
    expect(await json('POST', '/api/loops/renewals/publish', { revision: 2 })).toMatchObject({ status: 200 });
    await page.reload();
    await page.getByTestId('migrate').click();
    await page.getByText('1 node has no place in the new drawing yet').waitFor();
    expect(await page.getByTestId('confirm').isDisabled()).toBe(true);
    await page.getByRole('combobox', { name: 'Where those at rest go' }).click();
    await page.getByRole('option', { name: 'Another month' }).click();
    await page.getByText('This is about 12 customers').waitFor();
    await page.getByTestId('confirm').click();
    await page.getByText('12 customers moved to version 2').waitFor();

    await page.getByTestId('cancel').click();
    await page.getByText('By a rule').waitFor();
    await page.getByText('By name').click();
    await page.getByText('Nobody is meant yet').waitFor();
    await page.getByText('Everybody', { exact: true }).click();
    await page.getByText('This is about 12 customers').waitFor();
    await page.getByTestId('confirm').click();
    await page.getByText('12 customers taken out').waitFor();
    await page.getByText('0 customers under way').waitFor();

    const audit = page.getByTestId('audit');
    for (const action of ['Cancel', 'Migrate', 'Resume', 'Pause', 'Publish'])
      await audit.getByText(action, { exact: true }).first().waitFor();

    await page.goto(`${installation.address}/customers/1`);
    await page.getByRole('tab', { name: /Loops/ }).click();
    await page.getByText('taken out by hand').waitFor();
    expect(complaints).toEqual([]);
  } finally {
    await visitor.close();
  }
});
