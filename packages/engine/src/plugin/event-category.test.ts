import { expect, test } from 'vitest';
import { categoryOf } from './event-category.ts';

test.each([
  ['Order Completed', 'order'],
  ['Contract Renewed', 'order'],
  ['contractRenewed', 'order'],
  ['Order Refunded', 'payment'],
  ['invoice_paid', 'payment'],
  ['Ticket Opened', 'service'],
  ['complaint', 'service'],
  ['Email Opened', 'contact'],
  ['email_link_clicked', 'contact'],
  ['Page Viewed', 'contact'],
  ['Score Calculated', 'analysis'],
  ['Signed Up', 'basic'],
  ['Wombat Seen', 'contact'],
  ['', 'contact'],
] as const)('%j is of the category %s', (type, category) => {
  expect(categoryOf(type)).toBe(category);
});
