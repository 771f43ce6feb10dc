/** The runner: what walks customers through published loops. */
export type { Clock, ClockReading } from './clock.ts';
export { AcceleratedClock, liveClock, readClock, VirtualClock } from './clock.ts';
export { SegmentError, segmentsIn } from './edit-segments.ts';
export type { SegmentDraft } from './edit-segments.ts';
export { Engine } from './engine.ts';
export { EntryError } from './enter-parties.ts';
export type { IncomingEvent } from './intake.ts';
export { LifeError } from './life/life-error.ts';
export { nodesOfVersions, overdueOf } from './life/overdue.ts';
export type { Retention } from './life/prune.ts';
export type { Limits, Transports } from './parts.ts';
export type { SourceProgress } from './read-source.ts';
export type { OutsideWorld } from './run-to-rest.ts';
export { runToRest } from './run-to-rest.ts';
export type { RunningVersion } from './station.ts';
export { createTransports } from './transports.ts';
