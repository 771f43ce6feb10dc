export { type Directory, directoryOf } from './directory.ts';
export { expectedUplift, truth } from './expected-uplift.ts';
export { type GenerateOptions, generate, type TelecomBase } from './generate.ts';
export { CATEGORIES, type Category, type SourceEvent } from './history.ts';
export type { Person } from './person.ts';
export {
  CONTACT_COST_MINOR,
  type Expectation,
  expectation,
  isAtRisk,
  isSleepingDog,
  isValuable,
  OFFER_DISCOUNT,
  type Response,
  respond,
  TREATMENTS,
  type Treatment,
} from './response-model.ts';
export type { Source, SourceRow, Sources } from './sources.ts';
export { type Contact, DECISION_DAYS, MEMORY_DAYS, treatmentOf, type WorldEvent } from './timeline.ts';
export type { GroupTruth, Identity, Truth } from './truth.ts';
export { createLedger, type Ledger, type TurnContact } from './ledger.ts';
export { ARMS, type Arm, type Plan, planOf } from './planned-treatment.ts';
export { story, story as default } from './story.ts';
export { createWorld, type Receipt, type World } from './world.ts';
export { writeSources } from './write-sources.ts';
