import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { Clock } from '../api/contract.ts';
import { loopsQuery } from '../api/queries.ts';

interface Known {
  clock: Clock;
  /** When this page heard of it. */
  heard: number;
}

interface ClockState extends Known {
  hear: (clock: Clock) => void;
}

const Context = createContext<ClockState | undefined>(undefined);

/** The engine's clock, carried on between two words from the server so that it moves smoothly on an accelerated one. */
export function ClockProvider({ clock, children }: { clock: Clock; children: ReactNode }) {
  const [known, setKnown] = useState<Known>(() => ({ clock, heard: Date.now() }));
  useEffect(() => setKnown({ clock, heard: Date.now() }), [clock]);
  // Stable, since an effect depends on it: one made anew with every word heard would hear itself for ever.
  const hear = useCallback((heard: Clock) => setKnown({ clock: heard, heard: Date.now() }), []);
  const state = useMemo(() => ({ ...known, hear }), [known, hear]);
  return <Context value={state}>{children}</Context>;
}

function useClockState(): ClockState {
  const state = useContext(Context);
  if (!state) throw new Error('expected a ClockProvider above');
  return state;
}

export const useHearClock = () => useClockState().hear;

/** Now on the engine's clock, several times a second. */
export function useEngineNow(): { now: number; clock: Clock; day: number | undefined } {
  const { clock, heard } = useClockState();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), clock.mode === 'accelerated' ? 250 : 5_000);
    return () => clearInterval(timer);
  }, [clock.mode]);
  const moves = clock.mode !== 'virtual';
  const now = Date.parse(clock.now) + (moves ? (Date.now() - heard) * clock.speed : 0);
  const started = useFirstPublication(clock.mode !== 'live');
  const day = started !== undefined && now >= started ? Math.floor((now - started) / 86_400_000) + 1 : undefined;
  return { now, clock, day };
}

/** Days are counted from when the first loop began to run. */
function useFirstPublication(enabled: boolean): number | undefined {
  const loops = useQuery({ ...loopsQuery, enabled, refetchInterval: 60_000 });
  const instants = loops.data?.flatMap(({ published }) => (published ? [Date.parse(published.publishedAt)] : [])) ?? [];
  return instants.length > 0 ? Math.min(...instants) : undefined;
}
