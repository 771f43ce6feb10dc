import type { LiveWorld, StoryMail } from '@osicam/engine/plugin';

const MOST = 5_000;

/** The newest mails, in memory; of those that have gone only the number is kept. */
export class Mailbox {
  readonly #most: number;
  /** Oldest first. Ids are consecutive numbers, so a mail's place follows from its id. */
  readonly #mails: StoryMail[] = [];
  #total = 0;

  constructor(most = MOST) {
    this.#most = most;
  }

  add(mail: Omit<StoryMail, 'id'>): StoryMail {
    const added = { ...mail, id: String(++this.#total) };
    this.#mails.push(added);
    // A tenth at once: moving five thousand places for every mail would cost more than reading it.
    if (this.#mails.length > this.#most * 1.1) this.#mails.splice(0, this.#mails.length - this.#most);
    return added;
  }

  list({ after, limit }: Parameters<LiveWorld['mails']>[0]): ReturnType<LiveWorld['mails']> {
    const end = after === undefined ? this.#mails.length : Math.max(this.#placeOf(after), 0);
    const from = Math.max(this.#mails.length - this.#most, end - limit, 0);
    return { mails: this.#mails.slice(from, Math.max(end, from)).reverse(), total: this.#total };
  }

  get(id: string): StoryMail | undefined {
    const mail = this.#mails[this.#placeOf(id)];
    return mail?.id === id ? mail : undefined;
  }

  #placeOf(id: string): number {
    return Number(id) - 1 - (this.#total - this.#mails.length);
  }
}
