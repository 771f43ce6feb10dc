/** The public SDK: all that a plugin needs, and all that the built-in nodes use. */
export { z } from 'zod';
export type { Category, Stage } from '../loop/loop.ts';
export { categories } from '../loop/loop.ts';
export * from './calendar.ts';
export type * from './contexts.ts';
export { CronError, cronField, parseCron } from './cron.ts';
export type { Schedule } from './cron.ts';
export type * from './customer.ts';
export type { AnyNodeType, Plugin } from './define.ts';
export { channel, definePlugin, report, router, source, wait, writer } from './define.ts';
export * from './fields.ts';
export type * from './json.ts';
export type * from './node-type.ts';
export type { NodeTypeDescription } from './registry.ts';
export { PluginError, portsOf, Registry } from './registry.ts';
export * from './share.ts';
export type * from './story.ts';
