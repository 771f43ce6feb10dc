import { drawLoop } from '../../packages/engine/src/runner/draw-loop.ts';
import { router, z } from '../../packages/engine/src/plugin/index.ts';
import { now, openEngine } from './engine.ts';
import { makePeople } from './people.ts';

/** What one customer's step decides by, in the handler and in the floor: code, not a rule in SQL. */
export function wayOf(traits: Readonly<Record<string, unknown>>): 'low' | 'middle' | 'high' {
  const charges = traits['MonthlyCharges'] as number;
  if (traits['Contract'] === 'Month-to-month' && (traits['tenure'] as number) <= 12) return 'high';
  return charges >= 80 ? 'middle' : 'low';
}

export const choose = router({
  type: 'bench/choose',
  stage: 'flow',
  title: 'Choose',
  description: 'Asks code of its own for every customer.',
  settings: z.object({}),
  ports: [{ id: 'low' }, { id: 'middle' }, { id: 'high' }],
  route: () => ({ by: 'each', choose: ({ batch }) => batch.map(({ traits }) => wayOf(traits)) }),
});

/** The three ways lead back to where turns begin, and one turn is all that is allowed: who has made its step rests. */
export const stepLoop = drawLoop(
  'step',
  {
    who: ['bench/choose'],
    signup: ['collect/event', { event: 'signup' }],
    order: ['collect/event', { event: 'order' }],
    complaint: ['collect/event', { event: 'complaint' }],
    low: ['flow/delay'],
    middle: ['flow/delay'],
    high: ['flow/delay'],
  },
  `signup.entered -> low
   order.entered -> middle
   complaint.entered -> high
   low.done -> who
   middle.done -> who
   high.done -> who
   who.high -> high
   who.middle -> middle
   who.low -> low`,
);

/** A whole number below 2³¹ that a customer's id is scattered to, the same in SQL. */
const scatteredSql = '(id * 2654435761 % 2147483648)';

/** Everybody stands at the node and is due: all at once, which is in order of their ids, or each at an instant of its own. */
export async function prepareStep(file: string, rows: number, scattered: boolean): Promise<void> {
  const { db, engine } = await openEngine(file, { nodes: [choose] });
  await makePeople(db, rows);
  const version = await engine.publish(stepLoop);
  const node = version.stations.get('who')?.ref as number;
  await db.write(async (tx) => {
    await tx.run(
      'INSERT INTO enrollment (customer, n, version, entered_at, node) SELECT id, 1, ?, ?, ? FROM customer ORDER BY id',
      [version.id, now, node],
    );
    await tx.run(
      `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
       SELECT ?, ? - ${scattered ? scatteredSql : '0'}, id, 1, 2, 1, ?, 0 FROM customer ORDER BY 2, id`,
      [node, now, now],
    );
    await tx.run(
      'CREATE TABLE bare (customer INTEGER PRIMARY KEY, node INTEGER, due INTEGER, step INTEGER, turn INTEGER, since INTEGER)',
    );
    await tx.run('INSERT INTO bare SELECT customer, node, due, step, turn, since FROM position ORDER BY customer');
    await tx.run(
      'CREATE TABLE bare_step (customer INTEGER, step INTEGER, at INTEGER, turn INTEGER, way TEXT, PRIMARY KEY (customer, step)) WITHOUT ROWID',
    );
  });
  await db.close();
}
