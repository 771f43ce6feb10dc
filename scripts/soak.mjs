#!/usr/bin/env node
import { main } from './lib/main.mjs';
import { runSource } from './lib/run-source.mjs';
import { prepare, root } from './prepare.mjs';

await main(async () => {
  const { node } = await prepare();
  await runSource({ root, node, file: 'tests/simulation/soak.ts', args: process.argv.slice(2) });
});
