import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLoop } from '../loop/index.ts';
import type { Registry, Story } from '../plugin/index.ts';
import type { LogLevel } from '../server/index.ts';
import { digestOfWriteKey, newWriteKey } from '../server/index.ts';
import type { Config } from './config.ts';
import { parseJson } from './config.ts';
import { followStory } from './follow-story.ts';
import { inboxOf } from './inbox.ts';
import type { Serving } from './serve.ts';
import { startServing } from './serve.ts';
import { stderrLog } from './stderr-log.ts';
import { tell } from './print.ts';
import { untilStopped } from './until-stopped.ts';

const day = 86_400_000;
/** A day of the engine's clock in so many real milliseconds. */
const dayTakes = 2_000;

/** A week of this clock is a quarter of a minute: a link that somebody is to click on works for a few of theirs. */
const optIn = { expires: 'P400D' };

export interface LiveOptions {
  config: Config;
  registry: Registry;
  data: string;
  host: string;
  port: number;
  logLevel: LogLevel;
  customers: number;
  seed: number;
  onAddress: (address: string, signIn: string) => void;
}

/** What a story was begun with: kept beside the database, so that the next start goes on with the same people. */
interface Begun {
  customers: number;
  seed: number;
  now: number;
  writeKey: string;
}

/** Tells a story over the wire on an accelerated clock, in an installation that one can sign in to, until it is stopped. */
export async function tellLive(story: Story, options: LiveOptions): Promise<void> {
  mkdirSync(options.data, { recursive: true });
  const begun = beginOrGoOn(options);
  let serving: Serving | undefined;
  const base = await story.prepare({ folder: join(options.data, 'sources'), ...begun });
  const world = await base.live({
    baseURL: `http://${options.host}:${options.port}`,
    writeKey: begun.writeKey,
    outFolder: join(options.data, 'out'),
    now: () => serving?.engine.clock.now() ?? begun.now,
    log: stderrLog,
  });
  try {
    serving = await startServing({
      ...options,
      clock: { mode: 'accelerated', start: begun.now, speed: day / dayTakes, held: true },
      deliver: { ...options.config.channels, ...world.channels },
      inbox: inboxOf(world),
      publicURL: `http://${options.host}:${options.port}`,
    });
    const { host } = serving.engine;
    await host.addWriteKey({ digest: digestOfWriteKey(begun.writeKey), name: 'the story’s customers' });
    if ((await host.readMeta('permission_policy')) === undefined)
      await host.savePermissionPolicy(JSON.stringify({ optIn }), 'demo');
    options.onAddress(serving.baseURL, await serving.auth.createSignInLink());

    const loop = parseLoop(base.loop);
    const watching = new AbortController();
    const told = { loop, registry: options.registry, since: begun.now, truth: (turn: number) => world.truth(turn) };
    const { read, engine } = serving;
    const telling = (async () => {
      await host.createDraft({ id: loop.id, name: loop.name, draft: JSON.stringify(loop) });
      if ((await host.readMeta('history')) === undefined) {
        await host.publish(loop);
        await host.readSources(loop.id, base.folder);
        for (const events of base.history()) await host.record([...events]);
        for (const segment of base.segments ?? []) await host.saveSegment(segment);
        await host.writeMeta('history', 'told');
      }
      // Three files are one customer base before a day goes by, however slow the machine is.
      await host.settled();
      await engine.clock.hold(false);
      await followStory({ read, engine }, told, watching.signal);
    })();
    telling.catch((error: unknown) =>
      tell(`osicam: the story cannot go on: ${error instanceof Error ? error.message : String(error)}`),
    );
    await untilStopped(serving, async () => {
      watching.abort();
      await world.close();
    });
  } catch (error) {
    await world.close();
    throw error;
  }
}

function beginOrGoOn({ data, customers, seed }: LiveOptions): Begun {
  const file = join(data, 'story.json');
  if (existsSync(file)) return parseJson(readFileSync(file, 'utf8'), file) as Begun;
  const begun: Begun = { customers, seed, now: Math.floor(Date.now() / day) * day, writeKey: newWriteKey() };
  writeFileSync(file, `${JSON.stringify(begun)}\n`, { mode: 0o600 });
  return begun;
}
