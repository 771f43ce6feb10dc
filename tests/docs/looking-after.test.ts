import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../cli/osicam.ts';
import { serving } from '../cli/serving.ts';

const section = /## Looking after a loop\n[\s\S]*?```sh\n([\s\S]*?)```/;

test('the commands by which the README looks after a loop do so, as they stand there, beside a server that runs', {
  timeout: 120_000,
}, async () => {
  const [, block = ''] = section.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
  const commands = block.split('\n').filter((line) => line.includes('npx osicam'));
  expect(commands.length).toBeGreaterThan(8);
  const { env } = await serving();
  const main = join(root, 'packages/engine/src/cli/main.ts');
  const script = `set -e\nnpx() { shift; "${process.execPath}" "${main}" "$@"; }\n${block}`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: root, env: { ...process.env, ...env } });
  expect(stdout).toContain('telco-churn is published as version 1; nobody under way was moved.');
  expect(stdout).toContain('telco-churn) is paused');
  expect(stdout).toMatch(/token:ops +resume/);
});
