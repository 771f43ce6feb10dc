import type { Transaction } from '../store/database.ts';

export interface ShownSegment {
  id: string;
  name: string;
  since: number;
  /** The typology that it is a group of. */
  typology: string | null;
}

export interface ShownList {
  id: string;
  name: string;
  addedAt: number;
  source: string;
}

/** The segments that a customer is in, with since when; the latest first. */
export const showSegments = (tx: Transaction, customer: number): Promise<ShownSegment[]> =>
  tx.all<ShownSegment>(
    `SELECT s.id, s.name, m.since, s.typology FROM membership m JOIN segment s ON s.ref = m.segment
     WHERE m.customer = ? AND s.gone = 0 ORDER BY m.since DESC, s.id`,
    [customer],
  );

/** The lists that somebody has put the customer on. */
export const showLists = (tx: Transaction, customer: number): Promise<ShownList[]> =>
  tx.all<ShownList>(
    `SELECT l.id, l.name, m.added_at AS "addedAt", m.source FROM list_member m JOIN static_list l ON l.ref = m.list
     WHERE m.customer = ? ORDER BY m.added_at DESC, l.id`,
    [customer],
  );
