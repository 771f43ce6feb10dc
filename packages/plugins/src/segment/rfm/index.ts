import type { BatchContext } from '@osicam/engine/plugin';
import { choiceField, durationField, eventField, router, z } from '@osicam/engine/plugin';
import { parseDuration } from '@osicam/engine/rule';

const cuts = (unit: string, values: number[]) =>
  z
    .array(z.number())
    .length(4)
    .default(values)
    .meta({
      title: `${unit} that part the scores`,
      description: 'Four numbers, ascending.',
      onlyWith: { scoring: ['cutPoints'] },
    });

const settings = z.object({
  event: eventField().default('order').meta({ title: 'Event', description: 'What counts as a purchase, as "order".' }),
  value: z.string().default('amount').meta({
    title: 'Value',
    description:
      'The property of the event that says what it was worth. Left empty, the number of purchases stands for it.',
  }),
  window: durationField().default('P365D').meta({ title: 'Look back', description: 'How far back purchases count.' }),
  scoring: choiceField({ quintiles: 'fifths of all who bought', cutPoints: 'fixed numbers' })
    .default('quintiles')
    .meta({
      title: 'Scores by',
      description: 'Where one score ends and the next begins.',
    }),
  recency: cuts('Days since the last purchase', [30, 60, 90, 180]),
  frequency: cuts('Purchases', [1, 2, 4, 8]),
  monetary: cuts('Values', [50, 100, 250, 1000]),
});
type Settings = z.output<typeof settings>;

/**
 * The typology that RFM literature shares (Hughes, Strategic Database Marketing), on two axes: recency, and the mean of
 * frequency and value rounded half up.
 *
 *                 value 4–5    value 3    value 1–2
 * recency 4–5     champions    loyal      promising
 * recency 3       loyal        loyal      promising
 * recency 1–2     atRisk       atRisk     lost
 */
export function segmentOf(recency: number, frequency: number, monetary: number): string {
  const value = Math.round((frequency + monetary) / 2);
  if (recency <= 2) return value >= 3 ? 'atRisk' : 'lost';
  if (value <= 2) return 'promising';
  return recency >= 4 && value >= 4 ? 'champions' : 'loyal';
}

/** How many of the cut points lie below. */
const above = (value: number, points: readonly number[]) => points.filter((point) => value > point).length;

interface CutPoints {
  recency: readonly number[];
  frequency: readonly number[];
  monetary: readonly number[];
}
const day = 86_400_000;
const minute = 60_000;

// The quintiles are over the whole base, and the batches of one arrival ask for them in the same minute: once is enough.
const known = new WeakMap<Settings, { at: number; points: Promise<CutPoints> }>();

function cutPoints({ settings, now, read }: BatchContext<Settings>): Promise<CutPoints> {
  if (settings.scoring === 'cutPoints') {
    const { recency, frequency, monetary } = settings;
    return Promise.resolve({ recency: recency.map((days) => days * day), frequency, monetary });
  }
  const before = known.get(settings);
  if (before && now >= before.at && now - before.at < minute) return before.points;
  const since = now - parseDuration(settings.window);
  const ask = (measure: keyof CutPoints) =>
    read.quantiles({
      event: settings.event,
      measure,
      property: settings.value,
      since,
      probabilities: [0.2, 0.4, 0.6, 0.8],
    });
  const points = Promise.all([ask('recency'), ask('frequency'), settings.value ? ask('monetary') : []]).then(
    ([recency, frequency, monetary]) => ({ recency, frequency, monetary }),
  );
  // A failure must not be remembered, or one bad moment would last a minute.
  points.catch(() => known.delete(settings));
  known.set(settings, { at: now, points });
  return points;
}

async function choose(context: BatchContext<Settings>): Promise<string[]> {
  const { batch, read, settings, now } = context;
  const since = now - parseDuration(settings.window);
  const points = await cutPoints(context);
  const history = await read.events(
    batch.map(({ id }) => id),
    { type: settings.event, since, until: now },
  );
  return batch.map(({ id }) => {
    const events = history.get(id);
    const last = events?.at(-1);
    if (!events || !last) return 'lost';
    const worth = events.map(({ properties }) => properties[settings.value]);
    const sum = worth.reduce<number>((total, value) => total + (typeof value === 'number' ? value : 0), 0);
    const frequency = 1 + above(events.length, points.frequency);
    return segmentOf(
      5 - above(now - last.time, points.recency),
      frequency,
      settings.value ? 1 + above(sum, points.monetary) : frequency,
    );
  });
}

export const rfm = router({
  type: 'segment/rfm',
  stage: 'segment',
  title: 'Segment by value',
  description:
    'Scores each customer from 1 to 5 by how recently, how often and for how much it bought, and parts them into champions, ' +
    'loyal, promising, at risk and lost. Whoever bought nothing in the time looked at is lost.',
  settings,
  ports: [
    { id: 'champions', title: 'Champions' },
    { id: 'loyal', title: 'Loyal' },
    { id: 'promising', title: 'Promising' },
    { id: 'atRisk', title: 'At risk' },
    { id: 'lost', title: 'Lost' },
  ],
  check: (set) =>
    (['recency', 'frequency', 'monetary'] as const).flatMap((name) =>
      set[name].every((point, index) => index === 0 || point >= (set[name][index - 1] as number))
        ? []
        : [{ path: [name], message: `expected four ascending numbers, got ${set[name].join(', ')}` }],
    ),
  route: () => ({ by: 'each', choose }),
});
