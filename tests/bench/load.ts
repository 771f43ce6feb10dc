import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './probe.ts';

/** What came of a load: answers by status, how long they took, and how long all of it. */
export interface Loaded {
  seconds: number;
  accepted: number;
  held: number;
  p50Ms: number;
  p99Ms: number;
}

export interface LoadOptions {
  address: string;
  path: string;
  writeKey: string;
  connections: number;
  seconds: number;
  /** At most so many requests a second in all; as many as are answered unless told. */
  perSecond?: number;
  body: (n: number) => string;
}

/**
 * Sends over so many connections, one request at a time on each, for some seconds. A client of its own: those that can do
 * more take as much of the processor for a request as the server does, and the two share the machine. Whoever is told to
 * come again does so as it was told to.
 */
export async function load(options: LoadOptions): Promise<Loaded> {
  const { connections, seconds, perSecond = Number.POSITIVE_INFINITY } = options;
  const times: number[] = [];
  const counts = { accepted: 0, held: 0 };
  const began = performance.now();
  const end = began + seconds * 1000;
  let sent = 0;
  const authorization = `Basic ${Buffer.from(`${options.writeKey}:`).toString('base64')}`;
  const { host, hostname, port } = new URL(options.address);
  const head = `POST ${options.path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: `;

  const one = async () => {
    let answered: (text: string) => void = () => {};
    let broken: (error: Error) => void = () => {};
    let got = '';
    const take = (text: string) => {
      got += text;
      const body = got.indexOf('\r\n\r\n');
      if (body === -1) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(got)?.[1] ?? 0);
      if (got.length < body + 4 + length) return;
      const whole = got;
      got = '';
      answered(whole);
    };
    const open = () =>
      connect({ host: hostname, port: Number(port), noDelay: true })
        .setEncoding('latin1')
        .on('data', take)
        .on('error', (error) => broken(error))
        .on('close', () => broken(new Error('the server hung up')));
    let socket = open();
    while (performance.now() < end) {
      const n = sent++;
      const ahead = began + (n / perSecond) * 1000 - performance.now();
      if (ahead > 1) await sleep(ahead);
      const text = options.body(n);
      // Whoever is told to come again before its body has been read finds the connection closed.
      if (socket.readyState !== 'open' && socket.readyState !== 'opening') socket = open();
      const asked = performance.now();
      const answer = await new Promise<string>((resolve, reject) => {
        answered = resolve;
        broken = reject;
        socket.write(`${head}${Buffer.byteLength(text)}\r\n\r\n${text}`);
      });
      const status = answer.slice(9, 12);
      if (status === '200') {
        counts.accepted++;
        times.push(performance.now() - asked);
      } else if (status === '429') {
        counts.held++;
        await sleep(Math.min(Number(/\r\nretry-after: (\d+)/i.exec(answer)?.[1] ?? 1) * 1000, end - performance.now()));
      } else throw new Error(`the server answered ${answer.slice(0, 500)}`);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, one));
  return {
    seconds: (performance.now() - began) / 1000,
    ...counts,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  };
}

/** Spreads numbers that follow each other over 0 … n - 1, the same each time. */
const mixed = (of: number, salt: number, n: number): number => ((Math.imul(of, 2654435761) + salt) >>> 7) % n;

/** A call as the official client for Node sends it, of a customer of the base: a tenth of them has half of the events. */
export function trackCall(n: number, run: string, customers: number, at: string): string {
  const customer = 1 + (n % 2 === 0 ? mixed(n, 3, customers / 10) * 10 : mixed(n, 7, customers));
  const kind = mixed(n, 13, 10);
  const [event, properties] =
    kind < 3
      ? ['order', `{"total":${500 + mixed(n, 19, 20_000)},"currency":"EUR","items":${1 + mixed(n, 43, 5)}}`]
      : kind < 8
        ? ['page', `{"path":"/p/${mixed(n, 47, 500)}"}`]
        : ['mail opened', `{"campaign":"c${mixed(n, 53, 40)}"}`];
  return `{"userId":"u${String(customer).padStart(8, '0')}","event":"${event}","properties":${properties},"timestamp":"${at}","type":"track","context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"}},"integrations":{},"_metadata":{"nodeVersion":"24.21.0","jsRuntime":"node"},"messageId":"node-next-${run}-${n}"}`;
}
