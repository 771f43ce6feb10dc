import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail server in a process of its own that takes all and keeps nothing. Says its port on a line, and ends with its parent. */
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  maxClients: 1_000,
  onData(stream, _session, done) {
    stream.resume();
    stream.once('end', () => done());
  },
});
server.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.server.address() as AddressInfo).port}\n`));
process.stdin.resume().once('end', () => process.exit(0));
