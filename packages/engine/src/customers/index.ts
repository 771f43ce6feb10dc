/** The customer base: who customers are, what is known of them, what happened to them. Each verb takes the transaction first. */
export { applyPatches } from './apply-patches.ts';
export { categoryOf } from '../plugin/event-category.ts';
export { createReader } from './reader.ts';
export { findCustomers } from './find-customers.ts';
export type { Imported } from './import-records.ts';
export { importPacked, importRecords } from './import-records.ts';
export { mergeCustomers } from './merge-customers.ts';
export type { PackedRecords } from './pack-records.ts';
export { emptyPack, joinPacks, packRecords } from './pack-records.ts';
export { recordEvents } from './record-events.ts';
export { recordRelationships } from './record-relationships.ts';
export { resolveCustomer, resolveCustomers } from './resolve-customer.ts';
export { searchCustomers } from './search-customers.ts';
export type { CustomerView } from './show-customer.ts';
export { showCustomer } from './show-customer.ts';
export { findSurvivors, UnknownCustomerError } from './survivors.ts';
export { readTraits } from './write-traits.ts';
export { suppressionHash } from './permission/suppression-hash.ts';
