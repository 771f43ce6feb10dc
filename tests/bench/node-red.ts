import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface NodeRed {
  /** The file that starts it. */
  entry: string;
  version: string;
}

const home = fileURLToPath(new URL('../../.cache/peers/node-red/', import.meta.url));

/** Installs Node-RED in a folder of its own that git ignores, once. */
export async function installNodeRed(say: (line: string) => void): Promise<NodeRed> {
  const folder = join(home, 'node_modules', 'node-red');
  if (!existsSync(join(folder, 'red.js'))) {
    say('installing Node-RED 5 (once)');
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), '{ "private": true }\n');
    await finished('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'node-red@5'], { cwd: home });
  }
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { entry: join(folder, 'red.js'), version };
}

/**
 * Messages through six nodes without a debug node or a log, without editor, on loopback, on the same Node as we. The first
 * node emits them a thousand at a time, so that they do not all queue at once; the last counts. The time is taken inside,
 * from the first to the last.
 */
export async function runNodeRed(
  { entry }: NodeRed,
  folder: string,
  messages: number,
): Promise<{ seconds: number; peakMemoryMB: number }> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'flow.json'), JSON.stringify(flow(messages)));
  await writeFile(join(folder, 'settings.cjs'), settings(await freePort()));
  const args = [entry, '--userDir', folder, '--settings', join(folder, 'settings.cjs'), join(folder, 'flow.json')];
  const out = await finished(process.execPath, args, { cwd: folder });
  const line = out.split('\n').find((each) => each.startsWith('MEASURED '));
  if (!line) throw new Error(`expected Node-RED to tell how long it took, got ${out.slice(-2_000)}`);
  return JSON.parse(line.slice('MEASURED '.length)) as { seconds: number; peakMemoryMB: number };
}

const settings = (port: number) => `module.exports = {
  uiHost: '127.0.0.1', uiPort: ${port}, httpAdminRoot: false, httpNodeRoot: false, disableEditor: true,
  telemetry: { enabled: false }, diagnostics: { enabled: false }, credentialSecret: false,
  logging: { console: { level: 'warn' } },
  functionGlobalContext: {
    now: () => performance.now(),
    measured: (since) => process.stdout.write('MEASURED ' + JSON.stringify({
      seconds: (performance.now() - since) / 1000,
      peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
    }) + '\\n', () => process.exit(0)),
  },
};
`;

/** The six nodes of our loop, each by what Node-RED has for it. */
function flow(messages: number): object[] {
  const node = (id: string, type: string, wires: string[][], rest: object) => ({ id, type, z: 'tab', wires, ...rest });
  const emit = `
    global.set('since', global.get('now')());
    let id = 0;
    const more = () => {
      const stop = Math.min(id + 1000, ${messages});
      while (id < stop) {
        id++;
        node.send({ payload: {
          id, name: 'Customer ' + id, Contract: id * 7919 % 100 < 55 ? 'Month-to-month' : 'One year', tenure: id * 53 % 72,
          MonthlyCharges: 18 + id * 17 % 101 + 0.35, InternetService: 'DSL', PaymentMethod: 'Mailed check',
          SeniorCitizen: id * 13 % 6 === 0, city: 'Town ' + id % 500, since: '2024-05-01' } });
      }
      if (id < ${messages}) setTimeout(more, 0);
    };
    more();`;
  const count = `
    const key = msg.payload.valuable ? 'valuable' : 'usual';
    context.set(key, (context.get(key) || 0) + 1);
    return msg;`;
  const end = `
    const ended = (context.get('ended') || 0) + 1;
    context.set('ended', ended);
    if (ended === ${messages}) global.get('measured')(global.get('since'));`;
  const either = (then: string) => [[then], [then]];
  return [
    { id: 'tab', type: 'tab', label: 'six nodes' },
    node('go', 'inject', [['signup']], { once: true, onceDelay: 0.1, props: [], repeat: '', crontab: '' }),
    node('signup', 'function', [['risk']], { func: emit, outputs: 1 }),
    node('risk', 'switch', either('test'), {
      property: 'payload.Contract',
      propertyType: 'msg',
      rules: [{ t: 'eq', v: 'Month-to-month', vt: 'str' }, { t: 'else' }],
      checkall: 'false',
      outputs: 2,
    }),
    node('test', 'function', either('value'), {
      func: 'return msg.payload.id * 2654435761 % 5 === 0 ? [null, msg] : [msg, null];',
      outputs: 2,
    }),
    node('value', 'switch', either('counted'), {
      property: 'payload.MonthlyCharges',
      propertyType: 'msg',
      rules: [{ t: 'gte', v: '80', vt: 'num' }, { t: 'else' }],
      checkall: 'false',
      outputs: 2,
    }),
    node('counted', 'function', [['end']], { func: count, outputs: 1 }),
    node('end', 'function', [], { func: end, outputs: 0 }),
  ];
}

/** Runs a command to its end; what it has said, or an error with it. */
async function finished(command: string, args: readonly string[], { cwd }: { cwd: string }): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code ?? 'a signal'}:\n${out.slice(-2_000)}`);
  return out;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
