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
export { keysOf } from './identity/keys.ts';
export type { KeyRule, Keys } from './identity/keys.ts';
export { defaultIdentityPolicy, identityPolicySchema } from './identity/policy.ts';
export type { IdentityPolicy } from './identity/policy.ts';
export type * from './json.ts';
export { categoryOf } from './event-category.ts';
export type { ColumnMapping, Mapping } from './mapping/mapping.ts';
export { mappingFields, mappingSchema } from './mapping/mapping.ts';
export type { Hints } from './mapping/plan-columns.ts';
export {
  declaredColumns,
  findKey,
  isIdentified,
  listed,
  MappingError,
  planColumns,
  planFields,
  whyNobody,
} from './mapping/plan-columns.ts';
export type { Made, MapperSettings } from './mapping/record-mapper.ts';
export { RecordMapper } from './mapping/record-mapper.ts';
export type { ToldIssue } from './mapping/told-issues.ts';
export { toldIssues } from './mapping/told-issues.ts';
export { valueAt } from './mapping/value-at.ts';
export type * from './node-type.ts';
export type { NodeTypeDescription } from './registry.ts';
export { PluginError, portsOf, Registry } from './registry.ts';
export * from './share.ts';
export type * from './story.ts';
