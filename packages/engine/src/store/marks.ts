/** What the journal says in place of a port, where an enrollment was not moved by its node. */
export const marks = {
  beganToWait: -1,
  parked: -2,
  merged: -3,
  /** In `moved` only: its message is in the outbox. */
  waitsForReceipt: -4,
  /** Put at this node by a migration, a retry or a resumption; `until` says when it is due there. */
  placed: -5,
  /** Ended here by a goal, an exit or by hand; `enrollment.outcome` says which. */
  ended: -6,
  /** Woken while its loop was paused. */
  woken: -7,
} as const;
