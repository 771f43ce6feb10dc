import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/find-chromium.mjs';

/** No connection to anywhere but the page's own server. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Visitor {
  page: Page;
  /** What the page complained of: errors that nobody caught, and the console's. */
  complaints: string[];
  close(): Promise<void>;
}

/** A person at a real browser with an empty profile. */
export async function openBrowser({
  colorScheme = 'light',
}: {
  colorScheme?: 'light' | 'dark';
} = {}): Promise<Visitor> {
  const browser = await chromium.launch({ executablePath: await findChromium(), headless: true, args });
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints, close: () => browser.close() };
}

/** Drags with the mouse, in steps as a hand does. */
export async function drag(page: Page, from: Locator, to: { x: number; y: number }): Promise<void> {
  const box = await from.boundingBox();
  if (!box) throw new Error('what is to be dragged is not on the page');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForTimeout(50);
  await page.mouse.down();
  await page.mouse.move(to.x - 20, to.y - 10, { steps: 8 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  // A hand rests a moment before it lets go.
  await page.waitForTimeout(100);
  await page.mouse.up();
}

/** The middle of something on the page. */
export async function middleOf(of: Locator): Promise<{ x: number; y: number }> {
  const box = await of.boundingBox();
  if (!box) throw new Error('it is not on the page');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Keeps a picture where the environment asks for them, so that somebody can look. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.OSICAM_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
