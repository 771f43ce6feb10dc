import type { z } from 'zod';
import type { ChannelType, NodeType, ReportType, RouterType, SourceType, WaitType, WriterType } from './node-type.ts';

/** A node type with its settings' type forgotten, as the registry holds it: settings are parsed by its own schema before use. */
// oxlint-disable-next-line typescript/no-explicit-any -- settings are contravariant in every method; only the registry calls them, with what the schema gave.
export type AnyNodeType = NodeType<any>;

type Typed<T, S extends z.ZodType> = Omit<T, 'contract' | 'settings'> & { readonly settings: S };

const as =
  <C extends NodeType['contract']>(contract: C) =>
  (type: object) =>
    Object.freeze({ ...type, contract }) as never;

/** Collect: brings customers and events in, and says who enters the loop. */
export const source = <S extends z.ZodType>(type: Typed<SourceType<z.output<S>>, S>): SourceType<z.output<S>> =>
  as('source')(type);
/** Segment, flow: sends each customer out by one port, and changes nothing. */
export const router = <S extends z.ZodType>(type: Typed<RouterType<z.output<S>>, S>): RouterType<z.output<S>> =>
  as('router')(type);
/** Organize, aliment: changes what is known of customers. */
export const writer = <S extends z.ZodType>(type: Typed<WriterType<z.output<S>>, S>): WriterType<z.output<S>> =>
  as('writer')(type);
/** Interact: composes a message a customer and delivers it from the outbox. */
export const channel = <S extends z.ZodType>(type: Typed<ChannelType<z.output<S>>, S>): ChannelType<z.output<S>> =>
  as('channel')(type);
/** Collect, flow: holds a customer until an instant or an event. */
export const wait = <S extends z.ZodType>(type: Typed<WaitType<z.output<S>>, S>): WaitType<z.output<S>> =>
  as('wait')(type);
/** Measure: works out figures a turn, and proposals for the next. */
export const report = <S extends z.ZodType>(type: Typed<ReportType<z.output<S>>, S>): ReportType<z.output<S>> =>
  as('report')(type);

/** What an npm package exports by default to add node types to an installation. */
export interface Plugin {
  readonly name: string;
  readonly nodes: readonly AnyNodeType[];
}

export const definePlugin = (plugin: Plugin): Plugin => Object.freeze(plugin);
