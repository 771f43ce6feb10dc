import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { RuleGroup } from '../rule/index.ts';
import { eventMatches, ruleToPredicate } from '../rule/index.ts';
import type { Log, Population } from './contexts.ts';
import type { Customer, CustomerEvent, Proposed } from './customer.ts';
import type { AnyNodeType } from './define.ts';
import type {
  ChannelType,
  Due,
  Message,
  NodeType,
  PermissionLinks,
  Port,
  Receipt,
  Report,
  ReportType,
  RouterType,
  SettingsProblem,
  SourceChunk,
  SourcePreview,
  SourceType,
  Suppression,
  Transport,
  Wait,
  WaitType,
  WriterType,
} from './node-type.ts';
import { portsOf } from './registry.ts';
import { sharePort } from './share.ts';
import type { TestCustomer, TestEvent } from './test-customers.ts';
import { TestCustomers } from './test-customers.ts';

export type { TestCustomer, TestEvent } from './test-customers.ts';

export interface TestOptions {
  /** As in a loop file: the schema fills in the defaults. */
  settings?: Record<string, unknown>;
  customers?: TestCustomer[];
  events?: TestEvent[];
  /** The engine's clock in epoch milliseconds; the first of January 2026 unless told. */
  now?: number;
  turn?: number;
  /** When the turn began; now unless told. */
  turnStarted?: number;
  /** When the customer entered the loop; when the turn began unless told. */
  entered?: number;
  /** What tells this enrollment of the customer apart from others. */
  key?: string;
  /** The named segments that the customer is in. */
  segments?: string[];
  /** The installation's time zone; UTC unless told. */
  zone?: string;
  loop?: { id: string; name: string };
  /** What a channel's messages are given to be refused or confirmed by; none unless told. */
  links?: PermissionLinks & { confirm?: string };
  /** The node's own id in its loop. */
  node?: string;
  /** A channel's part of the installation's configuration. */
  config?: unknown;
  /** A folder that a source reads from or a channel writes to; a temporary one unless told. */
  folder?: string;
  /** Databases that a source may read, by name. */
  connections?: Record<string, string>;
  signal?: AbortSignal;
}

interface Any {
  /** What the schema made of the settings. */
  readonly settings: unknown;
  readonly ports: string[];
  /** What the node's own check says of the settings. */
  readonly problems: readonly SettingsProblem[];
  /** What the node logged. */
  readonly logged: string[];
}
/** A router under test: which port each customer leaves by. */
export interface RouterTest extends Any {
  route(): Promise<Record<number, string>>;
}
/** A writer under test: the customers after its patches and merges. */
export interface WriterTest extends Any {
  write(): Promise<{
    customers: Record<number, Customer>;
    ports: Record<number, string>;
    why: string[];
    proposals: readonly Proposed[];
  }>;
  /** The events of a customer, oldest first. */
  history: TestCustomers['history'];
}
/** A receipt, or why there is none. */
export interface Delivery extends Omit<Receipt, 'status'> {
  readonly status: Receipt['status'] | 'suppressed';
}
/** A channel under test. */
export interface ChannelTest extends Any {
  compose(): Promise<Record<number, Message | Suppression>>;
  /** Composes and delivers with one connection; a delivery that throws gets the receipt the engine would write. */
  deliver(attempt?: number): Promise<Record<number, Delivery>>;
  readonly folder: Promise<string>;
  /** Hangs up, and removes the temporary folder. */
  close(): Promise<void>;
}
/** The customer has come into a named segment, or gone out of it; now unless told. */
export interface TestCrossing {
  segment: string;
  when: 'entered' | 'left';
  time?: number;
}
/** What happens to a customer who waits. `told`: when the engine comes to know of it; when it happens, unless told. */
export type TestHappening = (TestEvent & { told?: number }) | TestCrossing;
/** A wait under test, as of the first customer. */
export interface WaitTest extends Any {
  wait(): Wait;
  /** Customer id → until when it waits, or by which port it leaves at once: for a node whose instant is each customer's own. */
  due(): Promise<Record<number, Due>>;
  /** The port by which the customer has left `at` an instant, after what has happened by then; undefined while it waits. */
  leavesBy(at: number, ...happenings: TestHappening[]): string | undefined;
}
/** A source under test. */
export interface SourceTest extends Any {
  readonly entry: ReturnType<SourceType['entry']>;
  /** Whether this event lets a customer enter. */
  lets(event: TestEvent): boolean;
  /** All that it reads from the beginning or from a cursor, its chunks put together. */
  read(
    cursor?: SourceChunk['cursor'],
  ): Promise<Required<Pick<SourceChunk, 'records' | 'rejects' | 'cursor'>> & { chunks: number }>;
  /** What it tells of its input before anything is read. */
  preview(): Promise<SourcePreview | undefined>;
}
type Outcomes = Population['outcomes'];
/** What became of an arm, nobody and nothing where a test says nothing. */
export type TestOutcome = Partial<Awaited<ReturnType<Outcomes>>[number]> & { port: string };
type TestNodeCount = Omit<Awaited<ReturnType<Population['nodes']>>[number], 'ports'> & {
  ports: { [port: string]: number | undefined };
};
/** A population as a test writes it down. Outcomes answer whatever is asked unless they are a function. */
export interface TestPopulation {
  nodes?: TestNodeCount[];
  outcomes?: TestOutcome[] | ((...query: Parameters<Outcomes>) => TestOutcome[]);
  messages?: Awaited<ReturnType<Population['messages']>>;
  /** What other nodes of the loop are set to. */
  settings?: Record<string, Record<string, unknown>>;
}
/** A report under test. */
export interface ReportTest extends Any {
  report(population: TestPopulation): Promise<Report>;
}

/** A node on a bench: its settings parsed by its own schema, a customer base in memory, and a verb for its contract. */
export function testNode<S>(type: RouterType<S>, options?: TestOptions): RouterTest;
export function testNode<S>(type: WriterType<S>, options?: TestOptions): WriterTest;
export function testNode<S>(type: ChannelType<S>, options?: TestOptions): ChannelTest;
export function testNode<S>(type: WaitType<S>, options?: TestOptions): WaitTest;
export function testNode<S>(type: SourceType<S>, options?: TestOptions): SourceTest;
export function testNode<S>(type: ReportType<S>, options?: TestOptions): ReportTest;
export function testNode<S>(type: NodeType<S>, options: TestOptions = {}): unknown {
  const { now = Date.UTC(2026, 0, 1), turn = 1, loop = { id: 'loop', name: 'Loop' }, node = 'node' } = options;
  const parsed = type.settings.safeParse(options.settings ?? {});
  if (!parsed.success) throw new Error(`${type.type}: settings\n${z.prettifyError(parsed.error)}`);
  const settings = parsed.data;
  const ports = portsOf(type as AnyNodeType, settings).map(({ id }: Port) => id);
  const base = new TestCustomers(options.customers ?? [{}], options.events ?? [], now);
  const logged: string[] = [];
  const log: Log = { info: (message) => logged.push(message), warn: (message) => logged.push(message) };
  const signal = options.signal ?? new AbortController().signal;
  const context = { settings, now, log, signal };
  const any: Any = { settings, ports, problems: type.check?.(settings) ?? [], logged };

  const port = (id: string | undefined, of: string): string => {
    if (id !== undefined && ports.includes(id)) return id;
    throw new Error(`${type.type}: ${of}: expected one of the ports ${ports.join(', ')}, got ${String(id)}`);
  };

  switch (type.contract) {
    case 'router': {
      const choose = async (customers: Customer[]): Promise<readonly (string | undefined)[]> => {
        const route = type.route(settings, { loop: loop.id, node });
        if (route.by === 'each') return route.choose({ ...context, batch: customers, read: base });
        if (route.by === 'shares') return customers.map(({ id }) => sharePort(id, route.key, route.shares));
        const cases = route.cases.map(({ port, when }) => ({ port, holds: ruleToPredicate(when, { now }) }));
        return customers.map(({ id, traits, consents }) => {
          const subject = {
            id,
            traits,
            events: base.history(id),
            consents: consents.map((one) => ({ ...one, at: 0 })),
          };
          return cases.find(({ holds }) => holds(subject))?.port ?? route.otherwise;
        });
      };
      const route = async () => {
        const customers = base.all();
        const chosen = await choose(customers);
        if (chosen.length !== customers.length)
          throw new Error(`${type.type}: expected ${customers.length} ports, one a customer, got ${chosen.length}`);
        return Object.fromEntries(customers.map(({ id }, index) => [id, port(chosen[index], `customer ${id}`)]));
      };
      return { ...any, route } satisfies RouterTest;
    }

    case 'writer': {
      const write = async () => {
        const batch = base.all();
        const written = await type.handle({ ...context, batch, read: base });
        base.apply(written);
        return {
          customers: byId(base.all().map((customer) => [customer.id, customer])),
          ports: byId(batch.map(({ id }) => [id, port(written.ports?.get(id) ?? ports[0], `customer ${id}`)])),
          why: (written.merges ?? []).map(({ why }) => why),
          proposals: written.proposals ?? [],
        };
      };
      return { ...any, write, history: (customer) => base.history(customer) } satisfies WriterTest;
    }

    case 'channel': {
      const folder = options.folder
        ? Promise.resolve(options.folder)
        : mkdtemp(join(tmpdir(), `${type.type.replace('/', '-')}-`));
      let connected: Promise<Transport<S>> | undefined;
      const connect = async () => type.connect({ config: options.config, folder: await folder, log });
      const { links } = options;
      const compose = async () => {
        const composed = base
          .all()
          .map(
            async (customer) =>
              [
                customer.id,
                await type.compose({ ...context, customer, turn, loop, ...(links ? { links } : {}) }),
              ] as const,
          );
        return byId(await Promise.all(composed));
      };
      const deliver = async (attempt = 1) => {
        connected ??= connect();
        const transport = await connected;
        const receipts = Object.entries(await compose()).map(async ([id, message]) => {
          if ('suppressed' in message)
            return [Number(id), { status: 'suppressed', detail: message.suppressed }] as const;
          const receipt = await transport
            .deliver(
              { ...message, key: `${loop.id}:${node}:${id}:${turn}`, attempt, ...(links ? { links } : {}) },
              context,
            )
            .catch((error: Error): Receipt => {
              return { status: type.delivery === 'at-most-once' ? 'unknown' : 'retry', detail: error.message };
            });
          return [Number(id), receipt] as const;
        });
        return byId<Delivery>(await Promise.all(receipts));
      };
      const close = async () => {
        await (await connected)?.close?.();
        if (!options.folder) await rm(await folder, { recursive: true, force: true });
      };
      return { ...any, compose, deliver, folder, close } satisfies ChannelTest;
    }

    case 'wait': {
      const zone = options.zone ?? 'UTC';
      const wait = () => type.wait({ ...context, zone });
      const due = async () => {
        const batch = base.all();
        const dues = await type.due?.({ ...context, zone, batch, read: base });
        if (dues?.length !== batch.length)
          throw new Error(
            `${type.type}: expected ${batch.length} answers, one a customer, got ${dues?.length ?? 'none'}`,
          );
        return byId(
          batch.map(({ id }, index) => {
            const answer = dues[index] as Due;
            return [id, 'port' in answer ? { port: port(answer.port, `customer ${id}`) } : answer] as const;
          }),
        );
      };
      const leavesBy = (at: number, ...happenings: TestHappening[]) =>
        leave(wait(), { ...options, now, at, port }, [...(options.events ?? []), ...happenings]);
      return { ...any, wait, due, leavesBy } satisfies WaitTest;
    }

    case 'source': {
      const entry = type.entry(settings);
      const lets = (event: TestEvent) =>
        entry.on === 'event' && entry.event === event.type && matches(entry.where, whole(event, now), now);
      const { folder = process.cwd(), connections = {} } = options;
      const reading = { settings, now, log, signal, folder, connections };
      const read: SourceTest['read'] = async (from) => {
        const chunks: SourceChunk[] = [];
        const context = { ...reading, cursor: from };
        for await (const chunk of type.read?.(context) ?? []) chunks.push(chunk);
        return {
          records: chunks.flatMap(({ records }) => records),
          rejects: chunks.flatMap(({ rejects = [] }) => rejects),
          cursor: chunks.at(-1)?.cursor ?? from ?? null,
          chunks: chunks.length,
        };
      };
      const preview = async () => type.preview?.({ ...reading, cursor: undefined });
      return { ...any, entry, lets, read, preview } satisfies SourceTest;
    }

    case 'report': {
      const report = ({ nodes = [], outcomes = [], messages = [], settings: others = {} }: TestPopulation) => {
        const population: Population = {
          nodes: async () => nodes.map((node) => ({ ...node, ports: defined(node.ports) })),
          outcomes: async (query) =>
            (typeof outcomes === 'function' ? outcomes(query) : outcomes).map((outcome) => ({ ...nobody, ...outcome })),
          messages: async () => messages,
        };
        return type.report({ ...context, turn, population, settingsOf: (id) => others[id] });
      };
      return { ...any, report } satisfies ReportTest;
    }
  }
}

/** By which port what has happened, in the order in which it became known, ends a wait by an instant: the engine's own rules. */
function leave(
  { until, events = [], segments = [], since = 'arrival', late = 'counts' }: Wait,
  { now, at, port, ...of }: TestOptions & { now: number; at: number; port: (id: string, of: string) => string },
  happenings: readonly TestHappening[],
): string | undefined {
  const end = until?.at ?? Number.POSITIVE_INFINITY;
  const turn = of.turnStarted ?? now;
  const from = { arrival: now, turn, entry: of.entered ?? turn }[since];
  const already = segments.find(({ segment, when }) => (of.segments ?? []).includes(segment) === (when === 'entered'));
  const told = happenings
    .map((happening) => {
      const { time = now } = happening;
      return 'segment' in happening
        ? { ...happening, time, told: time }
        : { ...whole(happening, now), told: happening.told ?? time };
    })
    .filter((each) => each.told <= at && each.told < end);
  const before = told.filter((each) => each.told < now && since !== 'arrival' && each.time >= from);
  const during = told.filter((each) => each.told >= now && (late === 'counts' || each.time >= from));
  const meets = (happening: (typeof told)[number]): string | undefined =>
    'segment' in happening
      ? segments.find(({ segment, when }) => segment === happening.segment && when === happening.when)?.port
      : events.find(
          ({ type: name, where, key }) =>
            name === happening.type &&
            matches(where, happening, happening.told) &&
            (key === undefined || of.key === undefined || String(happening.properties[key] ?? '') === of.key),
        )?.port;
  const first = (some: typeof told) => some.map(meets).find((id) => id !== undefined);
  before.sort((a, b) => a.time - b.time);
  during.sort((a, b) => a.told - b.told || a.time - b.time);
  const id = first(before) ?? already?.port ?? first(during);
  if (id !== undefined) return port(id, 'what has happened');
  return until && end <= at ? port(until.port, 'the end of the wait') : undefined;
}

const nobody = { customers: 0, open: 0, converted: 0, value: { sum: 0, sumOfSquares: 0 }, messages: 0, cost: 0 };

const defined = (counts: { [port: string]: number | undefined }) =>
  Object.fromEntries(Object.entries(counts).map(([port, count = 0]) => [port, count]));

const byId = <T>(entries: readonly (readonly [number, T])[]): Record<number, T> => Object.fromEntries(entries);

const matches = (where: RuleGroup | undefined, event: CustomerEvent, now: number) =>
  !where || eventMatches(where, event, now);

const whole = (event: TestEvent, now: number) => ({
  category: 'basic' as const,
  time: now,
  properties: {},
  ...event,
});
