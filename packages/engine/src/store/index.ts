/** The store: a durable database and its verbs. The runner is handed these; it writes no SQL of its own. */
export type { TokenRow } from './api-tokens.ts';
export { deleteToken, findToken, insertToken, listTokens, markTokenUsed } from './api-tokens.ts';
export type { Counted, HadEvent } from './arm-waits.ts';
export {
  answered,
  armWaits,
  beginners,
  choosePorts,
  choosePortWhere,
  chooseUntil,
  eventsBefore,
  lockBeginners,
} from './arm-waits.ts';
export type { Claimed } from './claim-due.ts';
export { claimDue, firstPhase, isDue, nodesDue } from './claim-due.ts';
export type { MovedOrder, MoveTarget, Route, Taken } from './commit-moves.ts';
export { commitMoves, deleteMoved } from './commit-moves.ts';
export type { NodeCount } from './count-nodes.ts';
export { countNodes } from './count-nodes.ts';
export { countLeft, countStanding } from './count-turn.ts';
export type { Database, SqlRow, SqlValue, Transaction } from './database.ts';
export { StoreError, StoreUnavailableError } from './database.ts';
export type { Dialect } from './dialect.ts';
export type { Draft } from './drafts.ts';
export { createDraft, deleteDraft, findDraft, listDrafts, saveDraft } from './drafts.ts';
export type { Entrant } from './enter-customers.ts';
export { enterCustomers } from './enter-customers.ts';
export type { Exposure, Reaction } from './exposures.ts';
export { lastCustomer, messagesOfTurn, readExposures, readReactions } from './exposures.ts';
export type { Chosen, PortSql } from './fill-moved.ts';
export { chosenPort, choosePaths, createMoved, customersMoved, fillByPortSql, fillChosen } from './fill-moved.ts';
export { endEnrollments } from './end-enrollments.ts';
export type { Subscribed } from './find-subscriptions.ts';
export { findSubscriptions, turnBegan } from './find-subscriptions.ts';
export type { Firing } from './firings.ts';
export { addFirings, claimFiring, customersWhere, lastFirings, openFirings, saveFiring } from './firings.ts';
export { forever } from './forever.ts';
export { holdForReceipt } from './hold-for-receipt.ts';
export type { Located, TargetOf } from './locate.ts';
export type { AsideCall, IntakeRow, IntakeState, NewIntake } from './intake.ts';
export {
  appendIntake,
  claimIntake,
  countAside,
  intakeState,
  listAside,
  setAside,
  takeAside,
  workedIn,
} from './intake.ts';
export { addSeen, forgetSeen } from './intake-seen.ts';
export { keepCheckpointed } from './keep-checkpointed.ts';
export { locate } from './locate.ts';
export { loopStates } from './loop-states.ts';
export { markWoken, wokenPhase } from './mark-woken.ts';
export { marks } from './marks.ts';
export type {
  MessageRef,
  NewMessage,
  QueuedMessage,
  Reason,
  SendingMessage,
  Settlement,
} from './messages.ts';
export {
  countMessages,
  countSending,
  dueMessages,
  holdMessages,
  keepAwaiting,
  markSending,
  nextMail,
  nodesWithMail,
  queueMessages,
  sendingMessages,
  sendingWorkers,
  settleMessages,
  suppressMessages,
} from './messages.ts';
export type { RateWindow } from './channel-rate.ts';
export { readRate, writeRate } from './channel-rate.ts';
export type { KnownContact } from './contact-facts.ts';
export { knownContacts, lastAddress, lastEvents, standingConsents, traitsOf } from './contact-facts.ts';
export { installation, readPolicy, writePolicy } from './policy.ts';
export type { DeadLetters } from './redrive.ts';
export { countDeadLetters, redriveMessages } from './redrive.ts';
export { lockCustomers } from './lock-customers.ts';
export type { AskedMembership, MembershipRow, SegmentSql } from './membership.ts';
export {
  askMemberships,
  changeMemberships,
  countBoth,
  countMembers,
  fillMembership,
  forgetMemberships,
  keptMemberships,
  membersOf,
  membershipsOf,
  mostAsked,
} from './membership.ts';
export { readMeta, writeMeta } from './meta.ts';
export { nextDue, releaseRested } from './next-due.ts';
export { park } from './park.ts';
export type { PathStep } from './paths.ts';
export { markPath, markPaths, pathIds, pathKey, rememberPaths } from './paths.ts';
export type { Learning } from './reports.ts';
export { askForReports, dueReports, hastenReports, loadLearnings, saveLearnings, saveReport } from './reports.ts';
export { restless, restlessOf } from './restless.ts';
export { readCursor, writeCursor } from './source-cursor.ts';
export type { SegmentTimer } from './segment-timers.ts';
export {
  askMembershipsAgain,
  clearSegmentTimers,
  everything,
  nextSegmentTimer,
  setSegmentTimers,
  takeSegmentTimers,
} from './segment-timers.ts';
export { eventProperties, groupTraits, setEventTimers, spans, traitChanges } from './segment-edges.ts';
export { customersSince, neighbours } from './segment-neighbours.ts';
export type { StoredSegment } from './segments.ts';
export {
  clearGone,
  deleteSegment,
  findSegment,
  hasGone,
  hasSegments,
  listSegments,
  loadSegments,
  saveSegment,
  segmentStates,
} from './segments.ts';
export { claimFill, customersAbove, refillSegment, saveFill } from './segment-fills.ts';
export type { StoredList } from './lists.ts';
export {
  addToList,
  deleteList,
  findList,
  identityKinds,
  listLists,
  presentCustomers,
  saveList,
  takeFromList,
} from './lists.ts';
export type { OpenOptions } from './sqlite.ts';
export { isPostgres, openPostgres } from './postgres.ts';
export { openSqlite, openSqliteReader } from './sqlite.ts';
export type { StoredTypology } from './typologies.ts';
export { deleteTypology, listTypologies, saveTypology } from './typologies.ts';
export type { Version } from './versions.ts';
export { loadVersions, publishVersion } from './versions.ts';
export { addToTally, entered } from './tally.ts';
export { giveBackEnrollments } from './give-back-enrollments.ts';
export type { MovedEnrollments } from './move-enrollments.ts';
export { moveEnrollments } from './move-enrollments.ts';
export type { Worker } from './workers.ts';
export { deadWorkers, joinWorkers } from './workers.ts';
export { readRevision } from './revision.ts';
export type { AuditRow } from './audit.ts';
export { readAudit, updateAudit, writeAudit } from './audit.ts';
export type { StoredState } from './loop-state.ts';
export { ensureLoop, lockLoopState, readLoopState, setLoopState, shareLoopState } from './loop-state.ts';
export type { Census } from './migrate-people.ts';
export { awaitingQueued, census, changeVersion, followMessages } from './migrate-people.ts';
export type { OverdueAt } from './overdue.ts';
export { countOverdue } from './overdue.ts';
export type { Placement } from './place.ts';
export { followWaits, forgetWaits, moveParked, placeEnrollments } from './place.ts';
export type { Pruned } from './prune.ts';
export { pruneBodies, prunedBody, pruneJournal } from './prune.ts';
export { delayMessages, dropMessages, overdueMessages, silence } from './resume.ts';
export type { AfterStanding, ParkedRow, Selected, Standing, Visitor, Who } from './selection.ts';
export {
  countLive,
  countParked,
  nodesOfParked,
  countVisitors,
  liveOf,
  selectLive,
  selectParked,
  selectParkedAt,
  selectStanding,
  selectVisitors,
} from './selection.ts';
export { countLiveIn, nextDueAt } from './loop-status.ts';
export type { SuppressionReason, SuppressionRow } from './suppression.ts';
export {
  addSuppressions,
  countSoftBounce,
  countSuppressions,
  findSuppressions,
  hasSuppressions,
  listSuppressions,
  removeSuppression,
} from './suppression.ts';
export { readPermissionPolicy, writePermissionPolicy } from './consent-policy.ts';
export type { ConsentText } from './consent-texts.ts';
export { currentTexts, listConsentTexts, markTextsUsed, saveConsentText } from './consent-texts.ts';
export type { OptInRow } from './opt-in.ts';
export {
  confirmOptIn,
  countDueOptIns,
  countOptInMails,
  countPendingOptIns,
  dueOptIns,
  findOptIn,
  forgetOptIns,
  insertOptIns,
  pendingOptIns,
  replaceOptIn,
  settleOptIn,
  takeOptIn,
  withdrawOptIns,
} from './opt-in.ts';
export { syncTraitIndexes } from './trait-index.ts';
export type { StoredMisfit } from './misfits.ts';
export { countMisfits, latestMisfits } from './misfits.ts';
export { isErased } from './is-erased.ts';
export type { HookRow } from './hooks.ts';
export { deleteHook, listHooks, markHookUsed, saveHook } from './hooks.ts';
export { findByKeys } from './find-by-keys.ts';
export { keyedAs } from './keyed-as.ts';
