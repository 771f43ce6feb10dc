import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inChild } from './child.ts';
import { probe } from './probe.ts';
import type { Served, ServedOptions } from './served.ts';
import { served } from './served.ts';
import { keepSegments, watchIntake } from './watch-intake.ts';

/** What came of sending to a served base for some seconds, with two live segments, while somebody looks at the loops. */
export interface Ingested {
  /** Requests of one event, or events of a batch, that were on disk before their answer, a second. */
  acceptedPerSecond: number;
  /** Events worked in, segments and all, a second, from the first that was sent to the last that was worked in. */
  workedInPerSecond: number;
  p99Ms: number;
  /** How long the oldest that was accepted has waited at most, in seconds. */
  secondsBehind: number;
  /** Requests that were told to come again. */
  held: number;
  loopsP99Ms: number;
  peakMemoryMB: number;
}

export interface IngestRun {
  bench: string;
  /** The child measure that sends, and what it is given. */
  given: Readonly<Record<string, string>>;
  folder: string;
  base: string;
  /** Events in a request. */
  events: number;
  say: (line: string) => void;
}

const ask = (bench: string, server: Served, given: Readonly<Record<string, string>>) =>
  inChild(bench, 'load', { address: server.address, writeKey: server.writeKey, ...given });

/** The base with the segments filled and all that an engine does once for it done: made once, and a copy served in each run. */
export async function settledBase(folder: string, base: string, say: (line: string) => void): Promise<string> {
  const server = await served({ data: join(folder, 'settled'), base });
  try {
    say('filling two segments and the search of the base');
    await keepSegments(server);
  } finally {
    await server.stop();
  }
  return server.file;
}

export async function runIngest({ bench, given, folder, base, events, say }: IngestRun): Promise<Ingested> {
  const data = join(folder, 'data');
  const server = await served({ data, base });
  try {
    const watch = await watchIntake(server.file);
    await ask(bench, server, { ...given, seconds: '1' });
    await watch.empty();
    await watch.begin();
    const people = probe(server);
    const sent = await ask(bench, server, given);
    const felt = await people.stop();
    const { lagSeconds, seconds, events: stored } = await watch.end();
    const expected = (sent['accepted'] as number) * events;
    if (stored !== expected) throw new Error(`expected ${expected} events, got ${stored}`);
    const ingested = {
      acceptedPerSecond: expected / sent.seconds,
      workedInPerSecond: stored / seconds,
      p99Ms: sent['p99Ms'] as number,
      secondsBehind: lagSeconds,
      held: sent['held'] as number,
      loopsP99Ms: felt.p99Ms,
      peakMemoryMB: await server.peakMemoryMB(),
    };
    say(
      `accepted ${Math.round(ingested.acceptedPerSecond)}/s, p50 ${sent['p50Ms']} ms, p99 ${ingested.p99Ms} ms, ${ingested.held} told to come again; ` +
        `worked in ${Math.round(ingested.workedInPerSecond)}/s, ${lagSeconds.toFixed(2)} s behind at most; ` +
        `GET /api/loops p50 ${felt.p50Ms} ms, p99 ${felt.p99Ms} ms; ${ingested.peakMemoryMB} MB`,
    );
    return ingested;
  } finally {
    await server.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** The same route, parsed and validated, answered without storing: requests a second. */
export async function runFloor(
  { bench, given, folder }: Pick<IngestRun, 'bench' | 'given' | 'folder'>,
  options: Partial<ServedOptions> = {},
): Promise<number> {
  const server = await served({ data: join(folder, 'floor'), script: 'floor-process.ts', ...options });
  try {
    await ask(bench, server, { ...given, seconds: '1' });
    const sent = await ask(bench, server, given);
    return (sent['accepted'] as number) / sent.seconds;
  } finally {
    await server.stop();
  }
}
