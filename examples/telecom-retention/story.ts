import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Story, StoryEvent } from '@osicam/engine/plugin';
import { generate, type TelecomBase } from './generate.ts';
import { createInsideWorld } from './inside-world.ts';
import { openLiveWorld } from './live/live-world.ts';
import { fromHistory } from './outside.ts';
import { segments } from './segments.ts';
import { ANALYSIS, BILLING, CALL_CENTRE } from './sources.ts';
import { writeSources } from './write-sources.ts';

const BATCH = 1_000;
const FILES = [BILLING, CALL_CENTRE, ANALYSIS, 'events.jsonl', 'truth.json'];

/** The telecom operator's story, as `osicam demo` tells it. */
export const story: Story = {
  title: 'Telecom retention',
  customers: 20_000,
  async prepare({ folder, customers, seed, now }) {
    const options = JSON.stringify({ customers, seed, now });
    // Generated when something needs more than the files: a second start finds them and is ready at once.
    let generated: TelecomBase | undefined;
    const base = () => (generated ??= generate({ customers, seed, now }));
    if (!(await isPrepared(folder, options))) {
      const mark = join(folder, MARK);
      await rm(mark, { force: true });
      await writeSources(base(), folder);
      await writeFile(mark, options);
    }
    return {
      loop: JSON.parse(await readFile(join(import.meta.dirname, 'loop.json'), 'utf8')) as unknown,
      folder,
      segments,
      history: () => history(base()),
      world: () => createInsideWorld(base()),
      live: (context) => openLiveWorld(base(), context),
    };
  },
};

/** Written last: with it the folder holds a whole base, and says which. */
const MARK = 'base.json';

async function isPrepared(folder: string, options: string): Promise<boolean> {
  try {
    await Promise.all(FILES.map((file) => access(join(folder, file))));
    return (await readFile(join(folder, MARK), 'utf8')) === options;
  } catch {
    return false;
  }
}

function* history({ events }: TelecomBase): Generator<readonly StoryEvent[]> {
  for (let from = 0; from < events.length; from += BATCH) yield events.slice(from, from + BATCH).map(fromHistory);
}
