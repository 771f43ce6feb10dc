/** The customer base: who customers are, what is known of them, what happened to them. Each verb takes the transaction first. */
export { applyPatches } from './apply-patches.ts';
export { categoryOf } from '../plugin/event-category.ts';
export { createReader } from './reader.ts';
export { findCustomers } from './find-customers.ts';
export { findPersons } from './find-person.ts';
export { findByIdentity } from './identity/find-by-identity.ts';
export { readIdentityPolicy, readKeys, writeIdentityPolicy } from './identity/policy.ts';
export type { Imported } from './import-records.ts';
export { importPacked, importRecords } from './import-records.ts';
export { insertEvents } from './insert-events.ts';
export { addMovedEnrollments } from './merge/add-moved-enrollments.ts';
export type { Plan } from './likeness/organize.ts';
export { planOrganizing } from './likeness/organize.ts';
export type { Merged } from './merge-customers.ts';
export { MergeError, mergeCustomers } from './merge-customers.ts';
export type { Unmerged } from './merge/unmerge.ts';
export { unmergeCustomer } from './merge/unmerge.ts';
export type { Proposal } from './identity/proposals.ts';
export type { DecidedProposal, ProposalPage, ShownProposal } from './identity/show-proposals.ts';
export { decidedProposals, showProposals } from './identity/show-proposals.ts';
export { keepApart, propose, withoutApart } from './identity/proposals.ts';
export type { PackedRecords } from './pack-records.ts';
export { emptyPack, joinPacks, packRecords } from './pack-records.ts';
export { recordEvents } from './record-events.ts';
export { recordRelationships } from './record-relationships.ts';
export { resolveCustomer, resolveCustomers } from './resolve-customer.ts';
export { searchCustomers, totalCustomers } from './search-customers.ts';
export { indexCustomers } from './search-index.ts';
export type { CallOutcome, CallTask } from './call-tasks.ts';
export { callEvent, callOutcomes, openCallTasks } from './call-tasks.ts';
export { countPerson, erasePerson, tellingTexts } from './erase-person.ts';
export { exportPerson } from './export-person.ts';
export { findParts } from './show-parts.ts';
export { knownPersonal } from './show-personal.ts';
export { nameOf, reachedBy } from './show-name.ts';
export type { TimelineEntry, TimelineKind } from './timeline-entry.ts';
export { CursorError, readTimeline } from './timeline.ts';
export type { CustomerView } from './show-customer.ts';
export { showCustomer } from './show-customer.ts';
export { findSurvivors, UnknownCustomerError } from './survivors.ts';
export { readTraits } from './write-traits.ts';
export { suppressionHash } from './permission/suppression-hash.ts';
export type { LinkClaim } from './permission/link-token.ts';
export { readLink, signLink } from './permission/link-token.ts';
export { permissionPolicyIn } from './permission/read-permission-policy.ts';
export { recordConsents } from './record-consents.ts';
export { findConsents } from './find-customers.ts';
export type { PiiTraits } from './schema/known.ts';
export { declaredTraits, indexedTraits, piiTraits } from './schema/known.ts';
export type { AttributeDeclaration, EventDeclaration } from './schema/declare.ts';
export {
  audit as auditSchema,
  closeSchema,
  declareAttribute,
  declareEvent,
  SchemaError,
  undeclareAttribute,
  undeclareEvent,
} from './schema/declare.ts';
export type { AttributeView, EventTypeView, SchemaView } from './schema/describe.ts';
export { describeSchema } from './schema/describe.ts';
export type { TakenIn } from './schema/take-in.ts';
export { discardMisfits, takeInMisfits } from './schema/take-in.ts';
export { proposeTypology } from './typology/propose-typology.ts';
export { TypologyError } from './typology/settings.ts';
export type { MailReport } from './permission/read-report.ts';
export { readReport, ReportError } from './permission/read-report.ts';
export type { SchemaChange, SchemaFile } from './schema/schema-file.ts';
export { applySchemaFile, parseSchemaFile, readSchemaFile } from './schema/schema-file.ts';
export { keyMark } from './permission/derive-key.ts';
export { normalAddress } from './permission/suppression-hash.ts';
