import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { keepPicture } from './browser.ts';
import { visit } from './visit.ts';

const at = visit();

const open = async (name: string, content: string | Buffer) => {
  const { page } = at.visitor;
  await page.goto(`${at.installation.address}/customers`);
  await page.getByRole('button', { name: 'Import', exact: false }).first().click();
  await page.getByRole('dialog').waitFor();
  const buffer = Buffer.from(content);
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
};
const figures = async () =>
  Object.fromEntries(
    await at.visitor.page
      .locator('[data-testid=import-result] dl > div')
      .evaluateAll((all: { innerText: string }[]) =>
        all.map((each) => each.innerText.split('\n').map((text: string) => text.trim())),
      ),
  ) as Record<string, string>;

test('a plain file is imported by one click, and its rejected rows can be downloaded', async () => {
  const { page, complaints } = at.visitor;
  await open('people.csv.gz', gzipSync('id,name,since\n1,Zoë 🎉,31.01.2026\n2,عايدة,01.02.2026\n3\n'));
  await page.getByText('For example').waitFor();
  await keepPicture(page, 'import-look');
  await page.getByTestId('run-import').click();
  await page.getByTestId('import-result').waitFor();
  expect(await figures()).toEqual({ Rows: '3', New: '2', Changed: '0', 'As before': '0', Rejected: '1' });
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('download-rejects').click()]);
  expect(download.suggestedFilename()).toBe('people.csv.rejects.csv');
  expect(await readFile(await download.path(), 'utf8')).toBe(
    'line,reason,text\n4,"1 field where the header has 3","3"\n',
  );
  expect(complaints).toEqual([]);
});

test('a file of purchases becomes events, with its columns chosen one by one', async () => {
  const { page } = at.visitor;
  const rows = Array.from({ length: 40 }, (_, i) => ` ${(i % 4) + 11}  1997010${(i % 9) + 1}  1   ${i}.50`).join('\n');
  await open('purchases.txt', ` customer  date  cds  dollars\n${rows}\n`);
  // Nobody is identified yet: that is said, and can be mended.
  await page.getByText('Choose “an identity” for that column below.').waitFor();
  expect(await page.getByTestId('run-import').isDisabled()).toBe(true);
  await page.getByLabel('What customer becomes').selectOption('identity');
  await page.getByText('an event of a customer').click();
  await page.getByLabel('Form of the dates of date').waitFor();
  expect(await page.getByLabel('Form of the dates of date').inputValue()).toBe('yyyyMMdd');
  await page.getByLabel('Name of dollars').fill('value');
  await page.getByLabel('Type of dollars').selectOption('money');
  await page.getByLabel('Currency of dollars').fill('usd');
  await page.getByRole('button', { name: 'What comes of it' }).click();
  await page.getByText('"value": 50').waitFor();
  await keepPicture(page, 'import-events');
  await page.getByTestId('run-import').click();
  await page.getByTestId('import-result').waitFor();
  expect(await figures()).toMatchObject({ Rows: '40', New: '4', 'New events': '40', Rejected: '0' });
});

test('a file in other letters is refused with what to do, and read once it is told which', async () => {
  const { page } = at.visitor;
  await open('crm.csv', Buffer.from('id;name\n7;M\xfcller\n', 'latin1'));
  await page.getByText('crm.csv is not UTF-8: byte 0xFC in line 2').waitFor();
  await page.getByRole('button', { name: 'How the file is written' }).click();
  await page.getByLabel('Letters').selectOption('windows-1252');
  await page.getByTitle('Müller').waitFor();
  await page.getByTestId('run-import').click();
  await page.getByText('Every row was taken.').waitFor();
});

test('a webhook is made on the settings page, tried on a payload, and takes in what is sent to it', async () => {
  const { page } = at.visitor;
  await page.goto(`${at.installation.address}/settings`);
  await page.getByTestId('new-hook').click();
  await page.getByText('Becomes 1 record').waitFor();
  await page.getByLabel('Name').fill('Shop');
  await page.getByLabel('Mapping').fill('{"columns": {"mail": {"trait": "mail"}}}');
  await page.getByText('expected a path that is an identity').waitFor();
  expect(await page.getByTestId('save-hook').isDisabled()).toBe(true);
  await page.getByLabel('Mapping').fill('{"columns": {"mail": {"identity": "email"}}}');
  await page.getByText('Becomes nothing').waitFor();
  await page.getByTestId('save-hook').click();
  const address = await page.getByTestId('hook-url').locator('code').getAttribute('title');
  const send = async (body: object) =>
    (await fetch(address ?? '', { method: 'POST', body: JSON.stringify(body) })).status;
  expect([await send({ mail: 'hook@example.com' }), await send({ name: 'nobody' })]).toEqual([200, 422]);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByTestId('hooks').getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Take what came last' }).click();
  await page.getByText('no value in "mail", which identifies a customer').first().waitFor();
  await keepPicture(page, 'hook-edit');
  await page.goto(`${at.installation.address}/customers?search=hook@example.com`);
  await page.getByText('hook@example.com').first().waitFor();
});
