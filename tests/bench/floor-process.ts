import {
  createLog,
  createServer,
  digestOfWriteKey,
  newWriteKey,
  serve,
} from '../../packages/engine/src/server/index.ts';
import { testPorts } from '../../packages/engine/src/server/test-ports.ts';

/** The process behind the floor of ingestion: the server's own routes, which parse and validate, over an intake that keeps nothing. */
const { ports } = testPorts({ log: createLog('warn') });
ports.ingest.accept = async () => undefined;
const writeKey = newWriteKey();
await ports.writeKeys.add({ digest: digestOfWriteKey(writeKey), name: 'bench' });
const { app, direct } = createServer(ports);
const server = await serve(app, { host: '127.0.0.1', port: 0, direct });
process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${server.port}`, token: '', writeKey })}\n`);
process.stdin.resume().once('end', () => void server.stop());
