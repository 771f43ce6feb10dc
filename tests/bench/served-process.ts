import { createServer } from 'node:net';
import { loadRegistry, readConfig } from '../../packages/engine/src/cli/config.ts';
import { startServing } from '../../packages/engine/src/cli/serve.ts';
import {
  digestOfApiToken,
  digestOfWriteKey,
  newApiToken,
  newWriteKey,
} from '../../packages/engine/src/server/index.ts';

/** The process behind `served`: an installation on the machine's clock until its standard input ends. */
const { data = '' } = JSON.parse(process.argv[2] ?? '{}') as { data?: string };
const config = readConfig(undefined);
const registry = await loadRegistry(config);
const port = await freePort();
const serving = await startServing({
  config,
  registry,
  data,
  host: '127.0.0.1',
  port,
  clock: { mode: 'live' },
  deliver: {},
  logLevel: 'warn',
});
const token = newApiToken();
const writeKey = newWriteKey();
const { host } = serving.engine;
// Named anew each time: the folder may have been served before.
const name = `bench-${process.pid}`;
await host.addToken({ digest: digestOfApiToken(token), name, role: 'admin', createdAt: 0, expiresAt: null });
await host.addWriteKey({ digest: digestOfWriteKey(writeKey), name });
process.stdout.write(`${JSON.stringify({ address: serving.baseURL, token, writeKey })}\n`);
process.stdin.resume().once('end', () => void serving.stop());

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const found = (server.address() as { port: number }).port;
  await new Promise((resolve) => server.close(resolve));
  return found;
}
