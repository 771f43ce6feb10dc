import { join } from 'node:path';
import { expect, test } from 'vitest';
import { propose } from '../../packages/engine/src/customers/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import { keepPicture } from './browser.ts';
import { visit } from './visit.ts';

const at = visit();

const customers = `no,firstName,lastName,birthDate,street,phone
A1,Ann,Lee,1980-04-03,12 High Street,020 7946 0018
B1,Anne,Lee,1980-04-03,12 High St,+44 20 7946 0018
A2,Bob,Ray,1970-01-05,3 Mill Lane,
B2,Bobby,Ray,1999-10-30,3 Mill Lane,
A3,Cid,Oak,1961-02-02,7 Elm Road,
B3,Cid,Oak,,7 Elm Road,
`;

test('who may be one is decided by the keyboard, a merge is undone at once, and the policy is set beside', async () => {
  const { page, complaints } = at.visitor;
  await page.evaluate(async (body) => {
    await fetch('/api/import?name=c.csv&key=no', { method: 'POST', headers: { 'content-type': 'text/csv' }, body });
  }, customers);
  await page.goto(`${at.installation.address}/customers`);
  await page.getByTestId('duplicates').click();
  await page.getByText('Nobody to decide about').waitFor();

  const db = await openSqlite(join(at.installation.folder, 'data/osicam.sqlite'));
  await db.write((tx) =>
    propose(
      tx,
      [
        { customer: 1, other: 2, score: 0.94, why: 'birth date the same, phone the same' },
        { customer: 3, other: 4, score: 0.83, why: 'family name the same; another birth date' },
        { customer: 5, other: 6, score: 0.81, why: 'name the same' },
      ],
      Date.now(),
    ),
  );
  await db.close();
  await page.goto(`${at.installation.address}/customers`);
  await page.getByTestId('duplicates').getByText('3').waitFor();
  await page.getByTestId('duplicates').click();
  const pair = page.getByTestId('proposal');
  await pair.getByText('94%').waitFor();
  await keepPicture(page, 'duplicates');

  await page.keyboard.press('m');
  await pair.getByText('83%').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('They are two customers again').waitFor();
  await page.keyboard.press('s');
  await pair.getByText('81%').waitFor();
  await page.keyboard.press('a');
  await page.getByText('1 that you have skipped').waitFor();
  await page.getByRole('button', { name: 'Look at them again' }).click();
  await page.getByTestId('apart').click();
  await page.getByText('All decided').waitFor();

  await page.getByRole('tab', { name: 'Decided' }).click();
  await expect.poll(() => page.getByTestId('decisions').getByRole('row').count()).toBe(4);
  await page.getByRole('tab', { name: 'Policy' }).click();
  await page.getByRole('textbox', { name: 'Country' }).fill('de');
  await page.getByTestId('save-identity-policy').click();
  await page.getByText('The policy holds').waitFor();
  await page.getByRole('textbox', { name: 'Country' }).fill('zz');
  await page.getByTestId('save-identity-policy').click();
  await page.getByText('The policy was not saved').waitFor();
  // Who was told apart is not put together by a search.
  await page.getByRole('tab', { name: 'To decide' }).click();
  await page.getByTestId('look').click();
  await page.getByTestId('confirm').click();
  await page.getByText('0 merged, 0 pairs to decide.').waitFor();
  // The refusal of what no country is.
  expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
});
