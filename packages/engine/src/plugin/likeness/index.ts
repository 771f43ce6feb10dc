/** Who may be one person by what is known of them: pure, so that a node and the engine ask the same. */
export { blockKeys, toPerson } from './person.ts';
export type { Person } from './person.ts';
export type { Levels } from './compare.ts';
export { Census } from './census.ts';
export { likenessOf } from './compare.ts';
export { explain } from './explain.ts';
export { fold } from './fold.ts';
export { hash } from './frequencies.ts';
export { Likeness } from './model.ts';
export type { Commonness, Scored } from './model.ts';
export type { LikenessPolicy } from './policy.ts';
export { likenessPolicySchema } from './policy.ts';
