import type { CommitPoint, Database, SqlValue, Transaction } from '../../packages/engine/src/store/database.ts';
import { StoreError } from '../../packages/engine/src/store/database.ts';
import type { Gates, Life } from './gates.ts';
import { never } from './gates.ts';

/** What can go wrong with one transaction. */
export type Fault =
  /** Somebody else writes: it does not even begin. */
  | { kind: 'busy' }
  /** The nth statement fails, and with it the transaction. */
  | { kind: 'statement'; nth: number }
  /** The disk is full at the commit. */
  | { kind: 'full' }
  /** The process dies: at the nth statement, before the commit, or after it and before anybody is told. */
  | { kind: 'crash-at'; nth: number }
  | { kind: 'crash-before' }
  | { kind: 'crash-after' };

/** The words by which an error is known to be made on purpose. */
export const onPurpose = 'made to fail';

export interface FaultPlan {
  /** What is to go wrong with this transaction. */
  write(point: CommitPoint | 'unnamed'): Fault | undefined;
  /** Whether this read is to fail. */
  read(): boolean;
  /** Whether this transaction has to stand in line. */
  slow(): boolean;
}

/** The database as one life of the engine sees it: it fails as the plan says, and stops when the life ends. */
export function faultyDatabase(inner: Database, life: Life, gates: Gates, plan: FaultPlan): Database {
  const busy = () => new StoreError(`the database is busy: ${onPurpose}`);

  async function write<T>(work: (tx: Transaction) => Promise<T>, point?: CommitPoint): Promise<T> {
    const name = point ?? 'unnamed';
    if (plan.slow()) await gates.pass(life, `write ${name}`);
    if (life.dead) return never();
    const fault = plan.write(name);
    if (fault?.kind === 'busy') throw busy();
    let result: T;
    try {
      result = await inner.write(async (tx) => {
        const working = work(failing(tx, life, fault));
        const outcome = await (fault?.kind === 'crash-at' ? Promise.race([working, died(life)]) : working);
        if (fault?.kind === 'crash-before') life.die(`before ${name}`);
        if (life.dead) throw new Error(onPurpose);
        if (fault?.kind === 'full') throw new StoreError(`the disk is full: ${onPurpose}`);
        return outcome;
      }, point);
    } catch (error) {
      if (life.dead) return never();
      throw error;
    }
    if (fault?.kind === 'crash-after') life.die(`after ${name}`);
    return life.dead ? never() : result;
  }

  async function read<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (plan.slow()) await gates.pass(life, 'read');
    if (life.dead) return never();
    if (plan.read()) throw busy();
    const result = await inner.read(work);
    return life.dead ? never() : result;
  }

  return { ...inner, write, read };
}

/** The statements of one transaction, of which one fails or kills. */
function failing(tx: Transaction, life: Life, fault: Fault | undefined): Transaction {
  if (fault?.kind !== 'statement' && fault?.kind !== 'crash-at') return tx;
  let count = 0;
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    count++;
    if (count !== fault.nth) return life.dead ? never() : work();
    if (fault.kind === 'statement') throw new StoreError(`disk I/O error: ${onPurpose}`);
    life.die('in the middle of a transaction');
    return never();
  };
  return {
    ...tx,
    all: (sql, parameters) => guard(() => tx.all(sql, parameters)),
    first: (sql, parameters) => guard(() => tx.first(sql, parameters)),
    run: (sql, parameters) => guard(() => tx.run(sql, parameters)),
    runMany: (sql, rows: Iterable<readonly SqlValue[]>) => guard(() => tx.runMany(sql, rows)),
  };
}

const died = (life: Life): Promise<never> =>
  life.death.then(() => {
    throw new Error(onPurpose);
  });
