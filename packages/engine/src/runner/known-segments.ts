import type { RuleFields, RuleGroup, RuleSql, Window } from '../rule/index.ts';
import { bindRule, fieldsOf, RuleError, ruleToSql, windowsOf } from '../rule/index.ts';
import type { StoredSegment, Transaction } from '../store/index.ts';
import type { Parts } from './parts.ts';
import { what } from './touched.ts';

/** A segment as statements ask for it. */
export interface KnownSegment extends StoredSegment {
  sql: string;
  parameters: (now: number) => (string | number)[];
  /** What passes it by as time goes on, with the name under which its timers stand. */
  windows: readonly NamedWindow[];
}

export interface NamedWindow {
  what: number;
  of: Window;
}

/** What is to be asked again when something of a customer changes. */
export interface Concern {
  /** Segments of the customer itself. */
  own: Set<number>;
  /** Segments of those who share a group of a kind with it. */
  related: Map<string, Set<number>>;
  windows: Map<number, NamedWindow>;
}

export interface KnownSegments {
  byRef: ReadonlyMap<number, KnownSegment>;
  /** Those that one statement asks for together. */
  blocks: readonly (readonly KnownSegment[])[];
  /** By what changes: a name as `Touched` has it, or the number of a window that has passed something. */
  concerns: ReadonlyMap<string | number, Concern>;
  everything: Concern;
}

type Translated = Pick<KnownSegment, 'sql' | 'parameters' | 'windows'>;
interface Read extends Omit<KnownSegments, 'byRef' | 'blocks'> {
  of: string;
  /** By ref. */
  blocks: readonly (readonly number[])[];
  segments: ReadonlyMap<number, StoredSegment & Translated>;
}

/** What was read of rules the last time: they change seldom, and are asked for with every event. */
const read = new WeakMap<Parts['db'], Read>();

/** The segments as this transaction sees them; undefined where there are none. */
export async function knownSegments(parts: Parts, tx: Transaction): Promise<KnownSegments | undefined> {
  const states = await parts.store.segmentStates(tx);
  if (states.length === 0) return undefined;
  const of = states.map(({ ref, revision }) => `${ref} ${revision}`).join();
  let known = read.get(parts.db);
  if (known?.of !== of) {
    known = { of, ...readAll(parts, await parts.store.listSegments(tx), tx) };
    read.set(parts.db, known);
  }
  const { segments, blocks, concerns, everything } = known;
  const byRef = new Map(states.map(({ ref, ...state }) => [ref, { ...(segments.get(ref) as KnownSegment), ...state }]));
  return {
    byRef,
    blocks: blocks.map((refs) => refs.map((ref) => byRef.get(ref) as KnownSegment)),
    concerns,
    everything,
  };
}

function readAll({ store, log }: Parts, stored: readonly StoredSegment[], tx: Transaction): Omit<Read, 'of'> {
  const rules = new Map(stored.map(({ id, rule }) => [id, JSON.parse(rule) as RuleGroup]));
  const segments = new Map<number, KnownSegment>();
  const concerns = new Map<string | number, Concern>();
  const everything = newConcern();
  const concern = (name: string | number): Concern => {
    const found = concerns.get(name) ?? newConcern();
    concerns.set(name, found);
    return found;
  };
  for (const segment of stored) {
    const { ref, id } = segment;
    const { sql, parameters, on } = translated(rules.get(id) as RuleGroup, rules, tx, (error) =>
      log.warn('nobody is in a segment whose rule cannot be read', { segment: id, error: error.message }),
    );
    const windows = new Map<number, NamedWindow>();
    for (const { via, name, window } of on) {
      const of = window && { what: numberOf(JSON.stringify(window)), of: window };
      for (const each of [everything, concern(name), ...(of ? [concern(of.what)] : [])]) {
        if (via === undefined) each.own.add(ref);
        else each.related.set(via, (each.related.get(via) ?? new Set()).add(ref));
        if (of) each.windows.set(of.what, of);
      }
      if (of) windows.set(of.what, of);
    }
    everything.own.add(ref);
    concern(what.segment(id)).own.add(ref);
    segments.set(ref, {
      ...segment,
      sql,
      parameters: (now) => bindRule(parameters, now),
      windows: [...windows.values()],
    });
  }
  return { segments, blocks: inBlocks([...segments.values()], store.mostAsked), concerns, everything };
}

/** A stored rule that is not sound any more must not keep anything from being taken in. */
function translated(
  rule: RuleGroup,
  segments: ReadonlyMap<string, RuleGroup>,
  tx: Transaction,
  onError: (error: RuleError) => void,
): RuleSql & { on: Dependency[] } {
  try {
    const said = ruleToSql(rule, { segments, customer: 'c', dialect: tx.dialect.name });
    return { ...said, on: dependencies(rule, segments) };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    onError(error);
    return { sql: 'FALSE', parameters: [], on: [] };
  }
}

/** What one statement can be handed on SQLite is 32,766 values. */
const mostParameters = 20_000;

function inBlocks(segments: readonly KnownSegment[], most: number): number[][] {
  const blocks: number[][] = [];
  let parameters = 0;
  for (const segment of segments.toSorted((a, b) => a.ref - b.ref)) {
    const own = segment.parameters(0).length;
    const last = blocks.at(-1);
    parameters += own;
    if (last && last.length < most && parameters <= mostParameters) last.push(segment.ref);
    else {
      blocks.push([segment.ref]);
      parameters = own;
    }
  }
  return blocks;
}

const newConcern = (): Concern => ({ own: new Set(), related: new Map(), windows: new Map() });

interface Dependency {
  /** The kind of group that the one it is about shares with the customer; undefined for the customer itself. */
  via: string | undefined;
  name: string;
  window?: Window;
}

/** All that decides about a rule, the segments that it names put in. */
function dependencies(rule: RuleGroup, segments: ReadonlyMap<string, RuleGroup>): Dependency[] {
  const found: Dependency[] = [];
  const names = (fields: RuleFields, via: string | undefined): void => {
    const add = (name: string) => found.push({ via, name });
    for (const name of [...fields.traits, ...fields.changes]) add(what.trait(name));
    for (const type of fields.events) add(what.event(type));
    for (const name of fields.consents) add(what.consent(name));
    for (const id of fields.lists) add(what.list(id));
    for (const { kind } of fields.groups) add(what.group(kind));
    for (const related of fields.related) {
      // Who comes into the group or goes out of it changes the answer of all who are in it.
      add(what.group(related.kind));
      found.push({ via: related.kind, name: what.group(related.kind) });
      names(related.fields, related.kind);
    }
  };
  names(fieldsOf(rule, segments), undefined);
  for (const { related: via, ...window } of windowsOf(rule, segments))
    found.push({ via, name: nameOf(window), window });
  return found;
}

/** What changes when an instant does that the window is about. */
function nameOf(window: Window): string {
  switch (window.on) {
    case 'trait':
      return what.trait(window.name);
    case 'change':
      return what.trait(window.trait);
    case 'event':
    case 'property':
      return what.event(window.type);
    case 'since':
    case 'groupTrait':
    case 'relationship':
      return what.group(window.group);
  }
}

/** A number for a text, not nought: two texts that share one are asked in vain for each other. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash || 1;
}
