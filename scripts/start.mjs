#!/usr/bin/env node
import { main } from './lib/main.mjs';
import { runSource } from './lib/run-source.mjs';
import { prepare, root } from './prepare.mjs';

await main(async () => {
  const { node } = await prepare({ editor: true });
  await runSource({ root, node, file: 'packages/engine/src/cli/main.ts', args: ['demo', ...process.argv.slice(2)] });
});
