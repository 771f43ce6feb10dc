import type { Stage } from '@osicam/engine/loop';

export interface StageInfo {
  id: Stage;
  title: string;
  /** What happens in this stage, in a business user's words. */
  purpose: string;
}

/** The six stages in the order of the loop, then what serves all of them. */
export const stageInfos: readonly StageInfo[] = [
  { id: 'organize', title: 'Organize', purpose: 'Bring every source together into one clean view of the customer.' },
  { id: 'segment', title: 'Segment', purpose: 'Find the groups worth treating differently: by need, value and risk.' },
  { id: 'interact', title: 'Interact', purpose: 'Reach each group on the channel it prefers, with something to say.' },
  { id: 'collect', title: 'Collect', purpose: 'Catch what customers do and answer, as it happens.' },
  { id: 'aliment', title: 'Aliment', purpose: 'Feed what was learnt back into the customer base.' },
  { id: 'measure', title: 'Measure', purpose: 'Compare with a holdout, count cost and return, then turn again.' },
  { id: 'flow', title: 'Flow', purpose: 'Split, wait and end: what every stage needs.' },
];

const byId = new Map<string, StageInfo>(stageInfos.map((stage) => [stage.id, stage]));
const rank = new Map<string, number>(stageInfos.map((stage, index) => [stage.id, index]));

/** A stage by its name; anything unknown is shown as flow. */
export const stageOf = (stage: string | undefined): StageInfo =>
  byId.get(stage ?? 'flow') ?? (byId.get('flow') as StageInfo);
export const stageRank = (stage: string | undefined): number => rank.get(stage ?? 'flow') ?? stageInfos.length;

/** The colours of a stage as custom properties, for an element that is drawn in them. */
export const stageStyle = (stage: string | undefined): Record<string, string> => {
  const { id } = stageOf(stage);
  return {
    '--stage': `var(--stage-${id})`,
    '--stage-soft': `var(--stage-${id}-soft)`,
    '--stage-text': `var(--stage-${id}-text)`,
  };
};
