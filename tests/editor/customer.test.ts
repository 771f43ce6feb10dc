import { expect, test } from 'vitest';
import { keepPicture } from './browser.ts';
import { visit } from './visit.ts';

const at = visit();

const customers =
  'id,name,email,plan,tickets\nC1,Ann Quill,ann@example.com,plus,1\nC2,Ben Stone,ben@example.com,basic,0\n';

test('a customer is found while one types, corrected, noted and asked; all of it stands in the timeline, and at last everything is erased', async () => {
  const { page, complaints } = at.visitor;
  const imported = await page.evaluate(async (body) => {
    const answer = await fetch('/api/import?name=c.csv&key=id', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body,
    });
    return answer.status;
  }, customers);
  expect(imported).toBe(200);

  // From any page, by the beginning of a name.
  await expect
    .poll(
      async () => {
        await page.getByTestId('header-search').fill('');
        await page.getByTestId('header-search').fill('qui');
        return page.getByRole('option', { name: /Ann Quill/ }).isVisible();
      },
      { timeout: 15_000, interval: 700 },
    )
    .toBe(true);
  await page.keyboard.press('Enter');
  await page.getByTestId('customer').waitFor();
  await page.getByRole('heading', { name: 'Ann Quill' }).waitFor();
  await page.getByText('Became known').waitFor();

  await page.getByRole('tab', { name: /Basics/ }).click();
  await page.getByTestId('traits').getByText('ann@example.com').waitFor();
  await page.getByRole('tab', { name: /Orders/ }).click();
  await page.getByTestId('traits').getByText('plus').hover();
  await page.getByRole('button', { name: 'Correct Plan' }).click();
  await page.getByLabel('Value').fill('pro');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByTestId('traits').getByText('pro', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Note' }).click();
  await page.getByRole('textbox', { name: 'Note' }).fill('Wants a blue one');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('The note stands in the timeline').waitFor();

  await page.getByTestId('customer-menu').click();
  await page.getByText('Record a consent').click();
  await page.getByLabel('Purpose').fill('offers');
  expect(await page.getByRole('button', { name: 'Record', exact: true }).isDisabled()).toBe(true);
  await page.getByRole('textbox', { name: 'Proof' }).fill('Call of 3 March');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByTestId('consents').getByText('Offers').click();
  await page.getByTestId('consents').getByText('Call of 3 March').waitFor();

  await page.getByRole('tab', { name: /Timeline/ }).click();
  const stream = page.getByTestId('timeline');
  await stream.getByText('Wants a blue one').waitFor();
  await stream.getByText('Agreed to offers by email').waitFor();
  expect(await stream.innerText()).toContain('admin@osicam.example');
  await page.getByText('Permission', { exact: true }).first().click();
  await stream.getByText('Wants a blue one').waitFor({ state: 'detached' });
  await keepPicture(page, 'customer-timeline');

  await page.getByTestId('customer-menu').click();
  await page.getByText('Erase this person').click();
  await page.getByTestId('erasure-plan').getByText('Identities').waitFor();
  expect(await page.getByTestId('erase').isDisabled()).toBe(true);
  await page.getByLabel('Type 1 to erase').fill('1');
  await page.getByTestId('erase').click();
  await page.getByText('Customer 1 is erased').waitFor();
  await page.getByText('Ben Stone').waitFor();
  expect(await page.getByText('Ann Quill').count()).toBe(0);
  expect(complaints).toEqual([]);
});
