import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two workers at most: the whole suite, with its databases and a browser, is to run on two cores.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
    projects: [
      { extends: true, test: { name: 'packages', include: ['packages/*/src/**/*.test.{ts,tsx}'] } },
      {
        extends: true,
        // The same tests once more, on a real PostgreSQL server.
        test: {
          name: 'postgres',
          include: ['packages/engine/src/{store,customers,rule,runner,cli/ports}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/engine-lock.test.ts'],
          globalSetup: ['tests/lib/postgres-setup.ts'],
        },
      },
      { extends: true, test: { name: 'examples', include: ['examples/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'stories',
          include: ['tests/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'tests/{editor,simulation,recovery}/**'],
        },
      },
      {
        extends: true,
        // What must hold whatever fails: simulated seeds, processes that are killed, disks that are full, plugins that lie.
        test: { name: 'proof', include: ['tests/{simulation,recovery}/**/*.test.ts'], testTimeout: 120_000 },
      },
      {
        extends: true,
        // After all others and alone: a page that has to share two cores is slow where a person would see no delay.
        test: {
          name: 'browser',
          include: ['tests/editor/**/*.test.ts'],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
