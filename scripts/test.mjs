#!/usr/bin/env node
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findChromium } from './find-chromium.mjs';
import { main } from './lib/main.mjs';
import { commandOf, runTool, step } from './lib/steps.mjs';
import { addUp, closingLine, countVitest } from './lib/totals.mjs';
import { prepare, root } from './prepare.mjs';

const CRUISED = ['packages', 'examples', 'tests'];

await main(async () => {
  let node = '';
  const installed = await step('the packages and Node 24', async () => {
    ({ node } = await prepare());
    return true;
  });
  const steps = [installed, ...(installed.failed > 0 ? [] : await runChecks(node))];

  const failed = steps.filter((each) => each.failed > 0);
  if (failed.length > 0) process.stdout.write(`\nfailed: ${failed.map((each) => each.title).join('; ')}\n`);
  const total = addUp(steps);
  process.stdout.write(`\n${closingLine(total)}\n`);
  if (total.failed > 0) process.exitCode = 1;
});

async function runChecks(node) {
  const tool = (name, command, args, env = {}) => runTool(root, node, commandOf(root, name, command), args, env);
  const types = (project) => tool('typescript', 'tsc', ['-p', project]);
  let chromium;

  return [
    await step('the editor builds', async () => Boolean(await prepare({ editor: true }))),
    await step('types: server, plugins, examples, tests', () => types('tsconfig.json')),
    await step('types: editor', () => types('packages/editor/tsconfig.json')),
    await step('types: scripts', () => types('scripts/tsconfig.json')),
    await step('format', () => tool('@biomejs/biome', 'biome', ['format'])),
    await step('lint', () => tool('oxlint', 'oxlint', ['--deny-warnings'])),
    await step('walls and import cycles', () =>
      tool('dependency-cruiser', 'depcruise', ['--config', '.dependency-cruiser.cjs', ...CRUISED]),
    ),
    await step('unused code and dependencies', () => tool('knip', 'knip', ['--no-progress', '--no-config-hints'])),
    await step('a browser for the browser test', async () => {
      chromium = await findChromium();
      process.stdout.write(`${chromium}\n`);
      return true;
    }),
    await step('tests', () => runVitest(tool, chromium)),
  ];
}

async function runVitest(tool, chromium) {
  const file = join(root, 'node_modules', '.cache', 'osicam', 'vitest.json');
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...process.argv.slice(2)];
  const ok = await tool('vitest', 'vitest', args, chromium ? { OSICAM_CHROMIUM: chromium } : {});
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const count = countVitest(JSON.parse(readFileSync(file, 'utf8')));
  return ok || count.failed > 0 ? count : { ...count, failed: 1 };
}
