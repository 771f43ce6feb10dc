import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measure, Measured } from './child.ts';
import type { Figure } from './figures.ts';

export interface BenchOptions {
  /** An empty folder on disk, removed afterwards. */
  folder: string;
  /** How many customers, messages or rows; what the bench is about unless told. */
  rows?: number;
  runs?: number;
  peers: boolean;
  /** Tells a person what is being done. */
  say: (line: string) => void;
}

export interface Bench {
  name: string;
  describe: string;
  /** What its child processes do, by name. */
  measures: Readonly<Record<string, Measure>>;
  run(options: BenchOptions): Promise<Figure>;
}

type Run = Measured & { peakMemoryMB: number };

/**
 * Runs measures in turn, again and again, so that what slows the machine for a while slows all of them. The first round
 * counts too: nobody who runs a command waits for a warm machine.
 */
export async function alternate<Name extends string>(
  runs: number,
  say: (line: string) => void,
  measures: Record<Name, () => Promise<Run>>,
): Promise<Record<Name, Run[]>> {
  const done = Object.fromEntries(Object.keys(measures).map((name) => [name, []])) as unknown as Record<Name, Run[]>;
  for (let run = 1; run <= runs; run++)
    for (const name of Object.keys(measures) as Name[]) {
      const measured = await measures[name]();
      say(`run ${run} of ${runs}: ${name} ${measured.seconds.toFixed(2)} s, ${measured.peakMemoryMB} MB`);
      done[name].push(measured);
    }
  return done;
}

/** Hands a copy of a database to a measure and removes it afterwards. */
export async function onCopy<T>(template: string, use: (file: string) => Promise<T>): Promise<T> {
  const file = join(template, '..', 'copy.sqlite');
  await copyFile(template, file);
  return withoutDatabase(file, () => use(file));
}

/** Removes the database that something leaves behind. */
export async function withoutDatabase<T>(file: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true });
  }
}
