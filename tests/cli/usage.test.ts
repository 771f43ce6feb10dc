import { describe, expect, test } from 'vitest';
import { customersCsv, draw, mailing } from './draw.ts';
import { folder, osicam, osicamJson, write } from './osicam.ts';

const commands = ['demo', 'serve', 'run', 'validate', 'nodes', 'import'];
const within = ['loop status', 'loop resume', 'loop cancel', 'token create', 'token list'];

test('every command has --help with --json in it, on standard output, exit 0', async () => {
  const all = [...commands, ...within];
  const outcomes = await Promise.all(all.map((command) => osicam([...command.split(' '), '--help'])));
  for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
    expect({ code, stderr }, all[i]).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: osicam ${all[i]} `));
    expect(stdout).toMatch(/^ {2}--json {2,}print/m);
  }
});

test('the command itself says what there is, and which version it is', async () => {
  const [help, version] = await Promise.all([osicam(['--help']), osicam(['--version'])]);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const command of [...commands, 'loop', 'token'])
    expect(help.stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

describe('wrong usage ends with 2, with a word on standard error and nothing on standard output', () => {
  const directory = () => {
    const path = folder();
    write(path, 'it.loop.json', mailing());
    write(path, 'customers.csv', customersCsv(2));
    return path;
  };
  test.each<[string[], RegExp]>([
    [[], /Usage: osicam/],
    [['fly'], /unknown command 'fly'/],
    [['run'], /missing required argument 'loop'/],
    [['validate'], /missing required argument 'file'/],
    [['nodes', 'all'], /too many arguments/],
    [['import', 'customers.csv'], /expected --db <url>/],
    [['run', 'it.loop.json', '--fast'], /unknown option '--fast'/],
    [['run', 'it.loop.json', '--turns', '0'], /expected a whole number of at least 1 for --turns, got 0/],
    [['run', 'it.loop.json', '--seed', 'luck'], /expected a whole number .* for --seed, got luck/],
    [['run', 'it.loop.json', '--tick', 'PT0S'], /--tick: expected a duration longer than nothing, got PT0S/],
    [['run', 'it.loop.json', '--tick', '1 hour'], /--tick: expected an ISO 8601 duration.* got "1 hour"/],
    [['run', 'it.loop.json', '--db', 'mysql://there'], /expected a database as sqlite:<path>, .* got mysql:\/\/there/],
    [['run', 'it.loop.json', '--deliver', 'flow/end'], /expected a channel \(.*interact\/email.*\), got flow\/end/],
    [['run', 'it.loop.json', '--deliver', 'interact/email=there'], /expected smtp:\/\/host:port/],
    [['run', 'it.loop.json', '--deliver', 'interact/email'], /expected a configuration as/],
    [['serve', '--port', '99999'], /expected a whole number from 1 to 65535 for --port, got 99999/],
  ])('osicam %j', async (args, said) => {
    const { code, stdout, stderr } = await osicam(args, { cwd: directory() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/a bug|\n {4}at /);
  });
});

interface NodeTypeLine {
  type: string;
  stage: string;
  contract: string;
  title: string;
  description: string;
  ports: { id: string }[];
  settings: { type: string; properties: Record<string, { title?: string; description?: string }> };
}

test('nodes --json lists every node type with its stage, contract, ports and the JSON Schema of its settings', async () => {
  const nodes = await osicamJson<NodeTypeLine[]>(['nodes']);
  const types = nodes.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  expect(types).toEqual(
    expect.arrayContaining(
      [
        'collect/file collect/event collect/wait-for-event organize/normalize organize/deduplicate segment/rules segment/rfm',
        'interact/email interact/webhook interact/call-list aliment/set-traits aliment/export measure/uplift',
        'measure/summary flow/delay flow/split flow/experiment flow/end',
      ].flatMap((line) => line.split(' ')),
    ),
  );
  for (const { type, stage, contract, title, description, ports, settings } of nodes) {
    expect(['organize', 'segment', 'interact', 'collect', 'aliment', 'measure', 'flow'], type).toContain(stage);
    expect(['source', 'router', 'writer', 'channel', 'wait', 'report'], type).toContain(contract);
    expect(title.length * description.length, type).toBeGreaterThan(0);
    for (const { id } of ports) expect(id, type).toMatch(/^\S/);
    expect(settings, type).toMatchObject({ type: 'object', properties: expect.any(Object) });
  }
});

describe('an installation', () => {
  test('offers what the plugins of its configuration offer, found from where the command is called', async () => {
    const directory = folder();
    const plugin = `export default { name: 'tiny', nodes: [] };\n`;
    write(directory, 'tiny.mjs', plugin);
    write(directory, 'osicam.config.json', { plugins: ['./tiny.mjs'] });
    expect(await osicamJson(['nodes'], { cwd: directory })).toEqual([]);
    const { code, stdout } = await osicam(['validate', write(directory, 'a.json', draw([], [])), '--json'], {
      cwd: directory,
    });
    expect({ code, ok: JSON.parse(stdout).ok }).toEqual({ code: 1, ok: false });
  });

  test.each([
    ['a plugin that is not there', { plugins: ['@nobody/has-this'] }, /names @nobody\/has-this, which is not there/],
    [
      'a setting that nobody knows',
      { plugins: ['@osicam/plugins'], speed: 9 },
      /osicam\.config\.json is not right: .*speed/,
    ],
    ['a package that is no plugin', { plugins: ['./empty.mjs'] }, /expected a plugin as its default export/],
  ])('with %s is told so', async (_what, config, said) => {
    const directory = folder();
    write(directory, 'empty.mjs', 'export {};\n');
    const file = write(directory, 'osicam.config.json', config);
    expect(await osicam(['--config', file, 'nodes', '--json'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(said),
    });
  });
});
