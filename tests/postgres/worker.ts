import { tmpdir } from 'node:os';
import { createEngineHost } from '../../packages/engine/src/cli/host/engine-host.ts';
import { Registry } from '../../packages/engine/src/plugin/index.ts';
import { openPostgres } from '../../packages/engine/src/store/index.ts';
import plugin from './nodes.ts';

/** An engine in a process of its own: `node worker.ts <database> <sink>`. Says when it works; ends when its input does. */
const [url, sink] = process.argv.slice(2) as [string, string];
const host = await createEngineHost({
  db: await openPostgres(url),
  registry: new Registry([plugin]),
  clock: { mode: 'live' },
  deliver: { 'w/send': { url: sink } },
  folder: tmpdir(),
  zone: 'UTC',
  retention: {},
  log: { info: () => {}, warn: (...told) => process.stderr.write(`${JSON.stringify(told)}\n`) },
});
process.stdout.write('works\n');
process.stdin.resume();
process.stdin.on('end', () => void host.stop().then(() => process.exit(0)));
