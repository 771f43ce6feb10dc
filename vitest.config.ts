import { defineConfig } from 'vitest/config';

// Two workers at most: the whole suite, with its databases and a browser, is to run on two cores.
const shared = { maxWorkers: 2, testTimeout: 30_000, hookTimeout: 60_000, env: { TZ: 'UTC' } };

export default defineConfig({
  test: {
    ...shared,
    projects: [
      { extends: true, test: { name: 'packages', include: ['packages/*/src/**/*.test.{ts,tsx}'] } },
      { extends: true, test: { name: 'examples', include: ['examples/**/*.test.ts'] } },
      { extends: true, test: { name: 'stories', include: ['tests/**/*.test.ts'], exclude: ['tests/editor/**'] } },
      { extends: true, test: { name: 'browser', include: ['tests/editor/**/*.test.ts'], testTimeout: 120_000 } },
    ],
  },
});
