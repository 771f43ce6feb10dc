#!/usr/bin/env node
import { main } from './lib/main.mjs';
import { runSource } from './lib/run-source.mjs';
import { prepare, root } from './prepare.mjs';

const SERVES_EDITOR = new Set(['demo', 'serve']);

await main(async () => {
  const args = process.argv.slice(2);
  const { node } = await prepare({ editor: SERVES_EDITOR.has(args[0]) });
  await runSource({ root, node, file: 'packages/engine/src/cli/main.ts', args });
});
