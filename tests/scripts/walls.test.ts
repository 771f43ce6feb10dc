import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The whole house in small: a file a room, and every arrow that the design allows. */
const house: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'osicam', type: 'module' }),
  'packages/engine/package.json': JSON.stringify({
    name: '@osicam/engine',
    type: 'module',
    exports: {
      './loop': './src/loop/index.ts',
      './rule': './src/rule/index.ts',
      './plugin': './src/plugin/index.ts',
      './plugin/testing': './src/plugin/testing.ts',
    },
    dependencies: { declared: '1.0.0' },
    devDependencies: { fortests: '1.0.0' },
  }),
  'packages/plugins/package.json': JSON.stringify({
    name: '@osicam/plugins',
    type: 'module',
    exports: { '.': './src/index.ts' },
    dependencies: { '@osicam/engine': 'workspace:*' },
  }),
  'packages/editor/package.json': JSON.stringify({
    name: '@osicam/editor',
    type: 'module',
    dependencies: { '@osicam/engine': 'workspace:*', react: '1.0.0' },
  }),
  'packages/engine/src/loop/index.ts': 'export const loop = 1;',
  'packages/engine/src/rule/index.ts': "import { loop } from '../loop/index.ts';\nexport const rule = loop;",
  'packages/engine/src/plugin/index.ts': "import { rule } from '../rule/index.ts';\nexport const plugin = rule;",
  'packages/engine/src/plugin/testing.ts': "import { plugin } from './index.ts';\nexport const harness = plugin;",
  'packages/engine/src/machine/compile.ts':
    "import { plugin } from '../plugin/index.ts';\nexport const machine = plugin;",
  'packages/engine/src/store/claim.ts': "import { rule } from '../rule/index.ts';\nexport const claim = rule;",
  'packages/engine/src/customers/merge.ts': "import { claim } from '../store/claim.ts';\nexport const merge = claim;",
  'packages/engine/src/runner/turn.ts':
    "import { machine } from '../machine/compile.ts';\nimport { merge } from '../customers/merge.ts';\nexport const turn = [machine, merge];",
  'packages/engine/src/runner/turn.test.ts': "import { node } from '@osicam/plugins';\nexport const t = node;",
  'packages/engine/src/server/app.ts': "import { machine } from '../machine/compile.ts';\nexport const app = machine;",
  'packages/engine/src/cli/main.ts':
    "import { app } from '../server/app.ts';\nimport { turn } from '../runner/turn.ts';\nexport const main = [app, turn];",
  'packages/plugins/src/index.ts': "export { node } from './flow/end/index.ts';",
  'packages/plugins/src/flow/end/index.ts':
    "import { plugin } from '@osicam/engine/plugin';\nimport { rule } from '@osicam/engine/rule';\nexport const node = [plugin, rule];",
  'packages/plugins/src/flow/split/index.ts': 'export const split = 1;',
  'packages/editor/src/document/graph.ts': "import { loop } from '@osicam/engine/loop';\nexport const graph = loop;",
  'packages/editor/src/canvas/canvas.ts':
    "import { graph } from '../document/graph.ts';\nimport { react } from 'react';\nexport const canvas = [graph, react];",
  'examples/story/data.ts': 'export const data = 1;',
  'tests/loops/story.test.ts': "import { data } from '../../examples/story/data.ts';\nexport const s = data;",
};

/** One file a wall, each with the import that the wall is there for. */
const violations: [rule: string, file: string, text: string][] = [
  ['no-cycle', 'packages/engine/src/loop/round-a.ts', "import { b } from './round-b.ts';\nexport const a = b;"],
  ['resolvable', 'packages/engine/src/machine/wrong-gone.ts', "export { x } from './gone.ts';"],
  ['resolvable', 'packages/plugins/src/wrong-inside.ts', "export { claim } from '@osicam/engine/store/claim';"],
  [
    'engine-loop',
    'packages/engine/src/loop/wrong-type.ts',
    "import type { rule } from '../rule/index.ts';\nexport type R = typeof rule;",
  ],
  ['engine-rule', 'packages/engine/src/rule/wrong.ts', "export { claim } from '../store/claim.ts';"],
  ['engine-plugin', 'packages/engine/src/plugin/wrong.ts', "export { machine } from '../machine/compile.ts';"],
  ['engine-machine', 'packages/engine/src/machine/wrong.ts', "export { claim } from '../store/claim.ts';"],
  ['engine-store', 'packages/engine/src/store/wrong.ts', "export { plugin } from '../plugin/index.ts';"],
  ['engine-customers', 'packages/engine/src/customers/wrong.ts', "export { app } from '../server/app.ts';"],
  ['engine-runner', 'packages/engine/src/runner/wrong.ts', "export { app } from '../server/app.ts';"],
  ['engine-server', 'packages/engine/src/server/wrong.ts', "export { claim } from '../store/claim.ts';"],
  ['engine-imports-no-plugin', 'packages/engine/src/cli/wrong.ts', "export { node } from '@osicam/plugins';"],
  ['nobody-imports-cli', 'packages/engine/src/server/wrong-cli.ts', "export { main } from '../cli/main.ts';"],
  [
    'plugins-use-the-sdk',
    'packages/plugins/src/wrong-way.ts',
    "export { claim } from '../../engine/src/store/claim.ts';",
  ],
  [
    'a-plugin-knows-no-package-but-the-sdk',
    'packages/plugins/src/wrong-story.ts',
    "export { data } from '../../../examples/story/data.ts';",
  ],
  ['a-node-stands-alone', 'packages/plugins/src/flow/split/wrong.ts', "export { node } from '../end/index.ts';"],
  [
    'editor-knows-loop-and-rule',
    'packages/editor/src/canvas/wrong.ts',
    "export { plugin } from '@osicam/engine/plugin';",
  ],
  ['editor-document-without-react', 'packages/editor/src/document/wrong.ts', "export { react } from 'react';"],
  ['browser-safe', 'packages/engine/src/loop/wrong-node.ts', "export { readFileSync } from 'node:fs';"],
  [
    'no-relative-way-between-packages',
    'packages/editor/src/canvas/wrong-way.ts',
    "export { loop } from '../../../engine/src/loop/index.ts';",
  ],
  ['no-undeclared-package', 'packages/engine/src/runner/wrong-package.ts', "export { react } from 'react';"],
  ['no-dev-dependency-at-run-time', 'packages/engine/src/runner/wrong-dev.ts', "export { x } from 'fortests';"],
  ['no-test-from-code', 'packages/engine/src/runner/wrong-test.ts', "export { t } from './turn.test.ts';"],
];

const repository = resolve(import.meta.dirname, '../..');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'osicam-walls-'));
  for (const [file, text] of Object.entries(house)) write(file, text);
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json'])
    copyFileSync(join(repository, file), join(folder, file));
  for (const name of ['react', 'declared', 'fortests']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, 'exports.react = 1;');
  }
  mkdirSync(join(folder, 'node_modules/@osicam'));
  for (const name of ['engine', 'plugins']) {
    symlinkSync(join(folder, 'packages', name), join(folder, 'node_modules/@osicam', name), 'junction');
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a house with the arrows of the design has no violation', () => {
  expect(violationsIn(folder)).toEqual([]);
});

describe('with a forbidden import each', () => {
  let found: Violation[] = [];

  beforeAll(() => {
    write('packages/engine/src/loop/round-b.ts', "import { a } from './round-a.ts';\nexport const b = a;");
    for (const [, file, text] of violations) write(file, text);
    found = violationsIn(folder);
  });

  test.each(violations)('the wall %s sees %s', (rule, file) => {
    expect(found).toContainEqual({ rule, from: file });
  });

  test('every wall that the configuration names is proved here', () => {
    const proved = new Set(violations.map(([rule]) => rule));
    expect(wallNames().filter((name) => !proved.has(name))).toEqual([]);
  });
});

function write(file: string, text: string) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), `${text}\n`);
}

interface Violation {
  rule: string;
  from: string;
}

function violationsIn(cwd: string): Violation[] {
  const cli = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [cli, '--config', '.dependency-cruiser.cjs', '-T', 'json', 'packages', 'examples', 'tests'];
  const output = execFileSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const result: { summary: { violations: { rule: { name: string }; from: string }[] } } = JSON.parse(output);
  return result.summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}

function wallNames(): string[] {
  const config: { forbidden: { name: string }[] } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
  return config.forbidden.map(({ name }) => name);
}
