import type { AcceptedRequest, IngestPort } from '../../server/index.ts';
import type { IntakeState, NewIntake, Transaction } from '../../store/index.ts';
import { countAside, intakeState, listAside } from '../../store/index.ts';
import type { IntakePace } from './intake-pace.ts';

/** What of intake needs the thread that writes the database. */
export interface IntakeWriter {
  /** Appends requests in one transaction, and says what lies in intake with them. */
  acceptRequests(requests: readonly NewIntake[]): Promise<IntakeState>;
  retryAside(ids?: readonly number[]): Promise<number>;
  discardAside(ids: readonly number[]): Promise<number>;
}

/** The most of one transaction: a group that is larger is two. */
const mostBytes = 4 * 1024 * 1024;

/** While clients are held off, in milliseconds. */
const lookEvery = 100;

/**
 * Ingestion over the engine's thread. Requests that come together are one message to it, one transaction and one write to the disk: while
 * one group is committed the next gathers, so that a group is as large as there is need of.
 */
export function createIngestPort(
  read: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>,
  host: IntakeWriter,
  pace: IntakePace,
): IngestPort {
  let gathering: Waiting[] = [];
  let committing = false;
  let looking = false;

  /** Nothing is accepted while clients are held off, and so nothing said of what waits. */
  const look = () => {
    if (looking || pace.sinceLook(performance.now()) < lookEvery) return;
    looking = true;
    read(intakeState)
      .then((state) => pace.saw(state, performance.now()))
      // Whoever asks for anything else is told of a database that is away.
      .catch(() => undefined)
      .finally(() => {
        looking = false;
      });
  };

  const commit = async () => {
    committing = true;
    // All that this turn of the event loop brings is one group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (gathering.length > 0) {
      const group = takeGroup(gathering);
      gathering = gathering.slice(group.length);
      try {
        const state = await host.acceptRequests(group.map(({ request }) => request));
        pace.accepted(
          group.length,
          group.reduce((sum, { request }) => sum + request.calls, 0),
        );
        pace.saw(state, performance.now());
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error as Error);
      }
    }
    committing = false;
  };

  return {
    holdOff: () => {
      const seconds = pace.holdOff();
      if (seconds !== undefined) look();
      return seconds;
    },
    accept: (request) =>
      new Promise<void>((resolve, reject) => {
        gathering.push({ request, resolve, reject });
        if (!committing) void commit();
      }),
    state: () =>
      read(async (tx) => {
        const { rows, oldest } = await intakeState(tx);
        return { waiting: rows, oldest, aside: await countAside(tx) };
      }),
    aside: (page) => read((tx) => listAside(tx, page)),
    retry: (ids) => host.retryAside(ids),
    discard: (ids) => host.discardAside(ids),
  };
}

interface Waiting {
  request: AcceptedRequest;
  resolve: () => void;
  reject: (error: Error) => void;
}

function takeGroup(waiting: readonly Waiting[]): Waiting[] {
  let bytes = 0;
  const end = waiting.findIndex(({ request }) => (bytes += request.body.length) > mostBytes);
  return waiting.slice(0, end === -1 ? waiting.length : Math.max(1, end));
}
