#!/usr/bin/env node
import { main } from './lib/main.mjs';
import { runSource } from './lib/run-source.mjs';
import { prepare, root } from './prepare.mjs';

await main(async () => {
  const { node } = await prepare({ editor: true });
  await runSource({ root, node, file: 'tests/bench/main.ts', args: process.argv.slice(2) });
});
