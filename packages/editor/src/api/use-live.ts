import { useEffect, useState } from 'react';
import type { Clock, Counts } from './contract.ts';

export interface Live {
  counts: Counts | undefined;
  clock: Clock | undefined;
  /** False while the feed is down; it comes back by itself. */
  connected: boolean;
}

const nothing: Live = { counts: undefined, clock: undefined, connected: false };

/**
 * The live feed of a loop. A browser reconnects an event source by itself only after a dropped connection, never after an
 * error answer, as a restarting server gives; so a closed one is opened again here, waiting longer each time.
 */
export function useLive(loop: string): Live {
  const [live, setLive] = useState(nothing);
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let attempt = 0;
    const open = () => {
      source = new EventSource(`/api/loops/${encodeURIComponent(loop)}/live`);
      source.addEventListener('open', () => {
        attempt = 0;
        setLive((before) => ({ ...before, connected: true }));
      });
      source.addEventListener('counts', (event) => {
        const counts = JSON.parse(event.data) as Counts;
        setLive((before) => ({ ...before, counts, connected: true }));
      });
      source.addEventListener('clock', (event) => {
        const clock = JSON.parse(event.data) as Clock;
        setLive((before) => ({ ...before, clock, connected: true }));
      });
      source.addEventListener('error', () => {
        setLive((before) => ({ ...before, connected: false }));
        if (source?.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(open, Math.min(500 * 2 ** attempt++, 10_000));
      });
    };
    setLive(nothing);
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [loop]);
  return live;
}
