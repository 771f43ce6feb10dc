import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { folder, root, write } from '../cli/osicam.ts';

const section = /## The customer base\n[\s\S]*?```sh\n([\s\S]*?)```/;

test('the commands by which the README fills a base and asks it do so, as they stand there', {
  timeout: 120_000,
}, async () => {
  const [, block = ''] = section.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
  expect(block.split('\n').filter((line) => line.startsWith('npx osicam')).length).toBeGreaterThan(5);
  const cwd = folder();
  symlinkSync(join(root, 'examples'), join(cwd, 'examples'));
  write(
    cwd,
    'purchases.txt',
    'customer_id date number_of_cds dollar_value\n 00001 19970101 1 11.77\n 00002 19970112 1 12.00\n 00002 19970113 5 77.00\n',
  );
  const main = join(root, 'packages/engine/src/cli/main.ts');
  const script = `set -e\nnpx() { shift; "${process.execPath}" "${main}" "$@"; }\n${block}`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd });
  expect(stdout).toMatch(/"count": 1,/);
  expect(readFileSync(join(cwd, 'person.json'), 'utf8')).toContain('osicam/person@1');
  expect(readFileSync(join(cwd, 'base.sqlite')).includes('00002')).toBe(false);
});
