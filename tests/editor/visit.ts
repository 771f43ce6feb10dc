import { afterAll, beforeAll } from 'vitest';
import type { Visitor } from './browser.ts';
import { openBrowser } from './browser.ts';
import type { Installation } from './installation.ts';
import { startInstallation } from './installation.ts';

/**
 * An installation of the test's own with somebody signed in at a browser, from before its first test to after its last.
 * What is given back is there once the tests run.
 */
export function visit(): { readonly installation: Installation; readonly visitor: Visitor } {
  const visited = {} as { installation: Installation; visitor: Visitor };
  beforeAll(async () => {
    visited.installation = await startInstallation();
    visited.visitor = await openBrowser();
    await visited.visitor.page.goto(visited.installation.signIn);
    await visited.visitor.page.getByText('Draw your first loop').waitFor();
  });
  afterAll(async () => {
    await visited.visitor?.close();
    await visited.installation?.stop();
  });
  return visited;
}
