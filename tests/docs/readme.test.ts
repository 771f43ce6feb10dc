import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin, WriterType } from '@osicam/engine/plugin';
import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].filter(([, of]) => of === language).map(([, , text]) => text ?? '');

test('the plugin that the README shows works as it stands there', async () => {
  // Beside this test, where its import of the SDK is found.
  const file = join(import.meta.dirname, `readme-plugin-${process.pid}.ts`);
  writeFileSync(file, blocks('ts')[0] ?? '');
  try {
    const { default: plugin } = (await import(pathToFileURL(file).href)) as { default: Plugin };
    const [greet] = plugin.nodes as readonly WriterType[];
    const { customers } = await testNode(greet as WriterType, { customers: [{ traits: { name: 'Ada' } }] }).write();
    expect(customers[1]?.traits.greeting).toBe('Hello Ada');
  } finally {
    rmSync(file, { force: true });
  }
});

test('every osicam command of the README is one, and what it names is there', () => {
  const lines = blocks('sh')
    .flatMap((block) => block.split('\n'))
    .filter(
      (line) => line.startsWith('npx osicam') && !/^npx osicam (loop|token|import|segment|person|organize) /.test(line),
    );
  expect(lines.length).toBeGreaterThan(1);
  const help = execFileSync(process.execPath, [join(root, 'packages/engine/src/cli/main.ts'), '--help'], {
    encoding: 'utf8',
  });
  for (const line of lines) {
    const [command = '', file = ''] = line.split(/\s+/).slice(2);
    expect(help).toMatch(new RegExp(`^\\s+${command}\\b`, 'm'));
    expect(existsSync(join(root, file)), file).toBe(true);
  }
});

test('every link of the README leads somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? '');
  expect(links.length).toBeGreaterThan(4);
  for (const link of links)
    expect(existsSync(join(root, dirname(link), link.split('/').at(-1) ?? '')), link).toBe(true);
});
