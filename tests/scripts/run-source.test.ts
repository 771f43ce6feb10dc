import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'osicam-run-'));
  writeFileSync(
    join(folder, 'program.ts'),
    `const [what = '', ...rest]: string[] = process.argv.slice(2);
     if (what === 'exit') process.exitCode = Number(rest[0]);
     if (what === 'echo') process.stdout.write(JSON.stringify(rest));
     if (what === 'wait') {
       process.on('SIGTERM', () => { process.stdout.write('bye'); process.exit(7); });
       process.stdout.write(String(process.pid) + '\\n');
       setInterval(() => {}, 1000);
     }\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  { where: 'in a child, as under an older Node', inProcess: false },
  { where: 'in the process itself', inProcess: true },
])('a source run $where', ({ inProcess }) => {
  test('gets its arguments and has standard output for itself', async () => {
    const run = start(inProcess, ['echo', '--once', '--json', 'two words']);
    expect(await run.end).toEqual({ code: 0, signal: null });
    expect(JSON.parse(run.output())).toEqual(['--once', '--json', 'two words']);
  });

  test('passes its exit code on', async () => {
    expect(await start(inProcess, ['exit', '2']).end).toEqual({ code: 2, signal: null });
  });

  test('is told to stop and says how it ended', async () => {
    const run = start(inProcess, ['wait']);
    await until(() => run.output().includes('\n'));
    run.kill('SIGTERM');
    expect(await run.end).toEqual({ code: 7, signal: null });
    expect(run.output()).toContain('bye');
  });

  test('ends when what started it is killed hard', async () => {
    const run = start(inProcess, ['wait']);
    await until(() => run.output().includes('\n'));
    const pid = Number.parseInt(run.output(), 10);
    run.kill('SIGKILL');
    await run.end;
    await until(() => !isAlive(pid));
  });
});

function start(inProcess: boolean, args: string[]) {
  const module = pathToFileURL(join(repository, 'scripts/lib/run-source.mjs')).href;
  const call = { root: repository, node: process.execPath, args, inProcess };
  const file = JSON.stringify(join(folder, 'program.ts'));
  const code = `import { relative } from 'node:path';
    import { runSource } from ${JSON.stringify(module)};
    const call = ${JSON.stringify(call)};
    await runSource({ ...call, file: relative(call.root, ${file}) });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const end = new Promise<{ code: number | null; signal: string | null }>((done) => {
    child.once('close', (exitCode, signal) => done({ code: exitCode, signal }));
  });
  return { end, output: () => output, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

async function until(condition: () => boolean) {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 500) throw new Error('expected within 10 s, did not happen');
    await sleep(20);
  }
}

function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
