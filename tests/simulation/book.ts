/** What the world has told the engine, and what it was told back. This is what the model holds against the database. */
export interface ToldEvent {
  messageId: string;
  who: string;
  type: string;
  time: number;
  properties: Record<string, string>;
  /** Whether any telling of it was answered: then it is stored, whatever has happened since. */
  accepted: boolean;
  /** Tellings that nobody has heard of yet, or that died with a process. */
  pending: number;
}

export interface ToldEntry {
  loop: string;
  who: string;
  accepted: boolean;
}

export class Book {
  readonly events = new Map<string, ToldEvent>();
  readonly entries: ToldEntry[] = [];
  /** Documents that were accepted as versions. */
  readonly published: { loop: string; accepted: boolean }[] = [];

  /** The clock was put back: what came later may say that it came before. */
  wentBack = false;
  /** Keys of customers who were told to be one with another. */
  readonly merged = new Set<string>();
  /** Loops whose dead letters were sent once more. */
  readonly redriven = new Set<string>();

  newEvent(event: Omit<ToldEvent, 'messageId' | 'accepted' | 'pending'>): ToldEvent {
    const told = { ...event, messageId: `m${this.events.size + 1}`, accepted: false, pending: 0 };
    this.events.set(told.messageId, told);
    return told;
  }
}

/** How often each thing has happened, over one run or many. */
export class Coverage {
  readonly counts: Record<string, number> = {};

  saw(what: string, count = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + count;
  }

  add(other: Readonly<Record<string, number>>): void {
    for (const [what, count] of Object.entries(other)) this.saw(what, count);
  }
}
