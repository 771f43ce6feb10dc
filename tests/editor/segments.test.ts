import { expect, test } from 'vitest';
import { keepPicture } from './browser.ts';
import { visit } from './visit.ts';

const at = visit();

const drawn = {
  format: 'osicam/loop@1',
  id: 'rescue',
  name: 'Rescue',
  nodes: [
    { id: 'in', type: 'collect/segment', position: { x: 0, y: 0 }, data: { settings: {} } },
    { id: 'rest', type: 'flow/delay', position: { x: 280, y: 0 }, data: { settings: { for: 'P30D' } } },
    { id: 'out', type: 'flow/end', position: { x: 560, y: 0 }, data: { settings: {} } },
  ],
  edges: [
    { id: 'a', source: 'in', sourceHandle: 'entered', target: 'rest' },
    { id: 'b', source: 'rest', sourceHandle: 'done', target: 'out' },
  ],
};
const customers = 'id,name,Contract\nC1,Ann,Month-to-month\nC2,Bo,One year\n';

test('a segment is named on its page, another where a loop needs it, and neither goes away while a loop uses it', async () => {
  const { page, complaints } = at.visitor;
  const post = (path: string, type: string, body: string) =>
    page.evaluate(
      async (asked) => {
        const answer = await fetch(asked.path, {
          method: 'POST',
          headers: { 'content-type': asked.type },
          body: asked.body,
        });
        return answer.status;
      },
      { path, type, body },
    );
  expect(await post('/api/import?name=c.csv&key=id', 'text/csv', customers)).toBe(200);
  const loop = JSON.stringify({ id: drawn.id, name: drawn.name, document: drawn });
  expect(await post('/api/loops', 'application/json', loop)).toBe(201);

  // On the page of its own.
  await page.getByRole('link', { name: 'Segments' }).click();
  await page.getByText('No segments yet').waitFor();
  await page.getByTestId('create-segment').click();
  await page.getByTestId('segment-name').fill('Without a contract');
  expect(await page.getByTestId('save-segment').isDisabled()).toBe(true);
  await page.getByRole('button', { name: '+ Condition' }).click();
  await page.getByRole('combobox', { name: 'What is asked' }).click();
  await page.getByRole('option', { name: 'Contract', exact: true }).click();
  await page.getByRole('combobox', { name: 'Value' }).click();
  await page.getByRole('option', { name: 'Month-to-month' }).click();
  // Who it would be is seen before it is saved.
  await page.getByTestId('preview-count').getByText('1', { exact: true }).waitFor();
  await page.getByTestId('preview').getByText('Ann').waitFor();
  await page.getByTestId('save-segment').click();
  await page.getByTestId('members').getByText('Ann').waitFor();
  await keepPicture(page, 'segment');
  await page.getByRole('link', { name: 'Segments' }).first().click();
  const row = page.getByTestId('segment-without-a-contract');
  await row.getByText('Contract is "Month-to-month"').waitFor();
  await row.getByText('1', { exact: true }).waitFor();

  // In the form of a node, where it is chosen by its name, and where another is made.
  await page.goto(`${at.installation.address}/loops/rescue`);
  await page.getByTestId('node-in').click();
  const field = page.getByTestId('inspector').getByRole('combobox', { name: 'Segment' });
  await field.click();
  await page.getByRole('option', { name: 'Without a contract' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('new-segment').click();
  await page.getByTestId('segment-name').fill('At risk');
  await page.getByRole('button', { name: '+ Condition' }).click();
  await page.getByRole('combobox', { name: 'What is asked' }).click();
  await page.getByRole('option', { name: 'in Without a contract' }).click();
  await page.getByTestId('rule-words').getByText('in segment "Without a contract"').waitFor();
  await page.getByTestId('save-segment').click();
  await page.getByTestId('segment-dialog').waitFor({ state: 'hidden' });
  await expect.poll(() => field.inputValue()).toBe('At risk');
  await page.getByTestId('problems').getByText('1 error').waitFor({ state: 'hidden' });
  await keepPicture(page, 'segment-of-a-node');
  await page.getByTestId('publish').click();
  await page.getByTestId('confirm-publish').click();
  await page.getByTestId('live').getByText('Live · version 1').waitFor();

  // Paused, the canvas says so, and moves nothing.
  expect(await post('/api/loops/rescue/pause', 'application/json', '{}')).toBe(200);
  await page.getByTestId('paused-banner').waitFor();
  await page.getByTestId('live').getByText('Paused · version 1').waitFor();
  await keepPicture(page, 'paused');

  // What is watched stays, and what it asks for stays too.
  await page.getByRole('link', { name: 'Segments' }).click();
  await page.getByTestId('segment-at-risk').getByText('1 loop').waitFor();
  await keepPicture(page, 'segments');
  for (const name of ['At risk', 'Without a contract']) {
    await page.getByRole('button', { name: `Delete ${name}` }).click();
    await page.getByTestId('confirm-delete').click();
    await page.getByText('It was not deleted').waitFor();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('It was not deleted').waitFor({ state: 'hidden' });
  }
  // A refusal is an answer the browser writes into its console by itself.
  expect(complaints.filter((said) => !said.includes('409'))).toEqual([]);
  expect(complaints).toHaveLength(2);
});

test('customers are put on a list by their keys, and a typology of all of them becomes segments', async () => {
  const { page, complaints } = at.visitor;
  complaints.length = 0;
  const rows = Array.from(
    { length: 240 },
    (_, i) => `K${i},Name ${i},${i % 2 ? 20 + (i % 5) : 70 + (i % 5)},${i % 2 ? 9 : 90}`,
  );
  const answer = await page.evaluate(
    async (body) =>
      (
        await fetch('/api/import?name=k.csv&key=id', {
          method: 'POST',
          body,
          headers: { 'content-type': 'text/csv' },
        })
      ).status,
    ['id,name,age,spend', ...rows].join('\n'),
  );
  expect(answer).toBe(200);

  await page.goto(`${at.installation.address}/segments?tab=lists`);
  await page.getByText('No lists yet').waitFor();
  await page.getByTestId('create-list').click();
  await page.getByTestId('list-name').fill('Guests');
  await page.getByTestId('save-list').click();
  await page.getByTestId('list-keys').fill('K1\nK2\nnobody');
  await page.getByTestId('list-add').click();
  await page.getByTestId('list-outcome').getByText('2 customers put on the list; 1 unknown to us').waitFor();
  expect(await page.getByTestId('list-keys').inputValue()).toBe('nobody');
  await page.keyboard.press('Escape');
  await page.getByTestId('list-guests').getByText('2', { exact: true }).waitFor();

  await page.getByRole('tab', { name: 'Typologies' }).click();
  await page.getByText('No typologies yet').waitFor();
  await page.getByTestId('create-typology').click();
  await page.getByTestId('method-kmeans').check();
  await page.getByLabel('How many groups').fill('2');
  await page.getByTestId('propose-typology').click();
  await page.getByTestId('proposed-groups').waitFor();
  await page.getByLabel('Name of group 1').fill('Old hands');
  await keepPicture(page, 'typology-proposed');
  await page.getByTestId('typology-name').fill('Ages');
  await page.getByTestId('save-typology').click();
  await page.getByTestId('typology-ages').getByRole('link', { name: 'Old hands' }).click();
  await page.getByText('a group of a typology').waitFor();
  await page.getByTestId('members').waitFor();
  await keepPicture(page, 'segment-of-a-typology');
  expect(complaints).toEqual([]);
});
