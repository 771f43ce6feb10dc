import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Visitor } from './browser.ts';
import { drag, keepPicture, middleOf, openBrowser } from './browser.ts';
import type { Installation } from './installation.ts';
import { startInstallation } from './installation.ts';

/** A page under load takes its time. */
const soon = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 20_000 });

let installation: Installation;
let visitor: Visitor;

beforeAll(async () => {
  installation = await startInstallation();
  visitor = await openBrowser();
});

afterAll(async () => {
  await visitor?.close();
  await installation?.stop();
});

test('a newcomer signs in, draws a loop by dragging, publishes it, imports customers and sees where they are, also after a reload', async () => {
  const { page, complaints } = visitor;
  const node = (id: string) => page.getByTestId(`node-${id}`);
  const text = (testId: string) => page.getByTestId(testId).textContent();

  await page.goto(installation.signIn);
  await page.getByRole('button', { name: 'New loop' }).first().click();
  await page.getByLabel('Name').fill('Young and old');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByTestId('canvas').waitFor();

  const canvas = (await page.getByTestId('canvas').boundingBox()) as {
    x: number;
    y: number;
    width: number;
    height: number;
  };
  const place = async (type: string, x: number, y: number) => {
    const item = page.getByTestId(`palette-${type}`);
    await item.scrollIntoViewIfNeeded();
    await item.dragTo(page.getByTestId('canvas'), { targetPosition: { x: canvas.width * x, y: canvas.height * y } });
  };
  await place('collect/file', 0.2, 0.25);
  await node('file').waitFor();
  await place('flow/split', 0.65, 0.25);
  await place('flow/delay', 0.25, 0.65);
  await place('flow/end', 0.75, 0.65);
  await Promise.all(['split', 'delay', 'end'].map((id) => node(id).waitFor()));

  const connect = async (from: string, port: string, to: string) => {
    await drag(
      page,
      page.getByTestId(`port-${from}-${port}`),
      await middleOf(page.locator(`[data-testid="node-${to}"] .react-flow__handle.target`)),
    );
  };
  await connect('file', 'entered', 'split');
  await connect('split', 'a', 'delay');
  await connect('split', 'b', 'end');
  await connect('delay', 'done', 'end');
  await keepPicture(page, 'connected');
  await soon(() => page.locator('.react-flow__edge').count()).toBe(4);

  // A step back and forth again, as somebody who tries the editor out.
  await page.getByTestId('canvas').click({ position: { x: canvas.width * 0.5, y: canvas.height * 0.9 } });
  await page.keyboard.press('Control+z');
  await soon(() => page.locator('.react-flow__edge').count()).toBe(3);
  await page.keyboard.press('Control+Shift+z');
  await soon(() => page.locator('.react-flow__edge').count()).toBe(4);
  await keepPicture(page, 'drawn');

  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('button', { name: /^Publish version 1/ }).click();
  await soon(() => text('loop-state')).toContain('Published v1');

  const customers = join(installation.folder, 'customers.csv');
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${i + 1},Person ${i + 1},person${i + 1}@example.org,${20 + (i % 60)}`,
  );
  writeFileSync(customers, `id,name,email,age\n${rows.join('\n')}\n`);
  await page.getByRole('link', { name: 'Customers' }).click();
  await page.getByTestId('import').click();
  const dialog = page.getByRole('dialog');
  await page.setInputFiles('input[type=file]', customers);
  await dialog.getByText('person1@example.org', { exact: true }).waitFor();
  await dialog.getByLabel('Enter a loop').click();
  await page.getByRole('option', { name: 'Young and old' }).click();
  await keepPicture(page, 'import');
  await page.getByTestId('run-import').click();
  await page.getByTestId('import-result').waitFor();
  expect(await text('import-result')).toMatch(/Entered the loop\s*200/);
  await keepPicture(page, 'imported');

  await page.goto(`${installation.address}/loops/young-and-old`);
  const counts = async () => ({
    entered: await text('entered-file'),
    waiting: await text('waiting-delay'),
    ended: await text('entered-end'),
  });
  await soon(() => text('entered-file')).toBe('200');
  await expect
    .poll(async () => Number((await text('waiting-delay'))?.match(/\d+/)?.[0]) + Number(await text('entered-end')), {
      timeout: 15_000,
    })
    .toBe(200);
  const before = { ...(await counts()), place: await node('split').boundingBox() };
  await keepPicture(page, 'counted');

  await page.reload();
  await soon(() => text('entered-file')).toBe('200');
  await expect.poll(counts).toEqual({ entered: before.entered, waiting: before.waiting, ended: before.ended });
  expect(await page.locator('.react-flow__edge').count()).toBe(4);
  expect(await text('loop-state')).toContain('Published v1');
  expect(await node('split').boundingBox()).toEqual(before.place);

  await page.goto(`${installation.address}/customers`);
  await page.getByLabel('Search customers').fill('person42@');
  await page.getByRole('link', { name: 'Person 42' }).click();
  await page.getByTestId('customer').waitFor();
  await page.getByRole('tab', { name: /Basics/ }).click();
  await soon(() => text('traits')).toContain('person42@example.org');
  await keepPicture(page, 'customer');
  expect(complaints).toEqual([]);
});
