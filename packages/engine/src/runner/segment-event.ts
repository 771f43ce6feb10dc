/** The event that waits for a segment wait for. Only the engine tells of it: what comes from outside under such a name wakes nobody. */
export const segmentEvent = (segment: string, when: 'entered' | 'left'): string => `segment:${segment}:${when}`;

export const namesSegment = (type: string): boolean => /^segment:.+:(entered|left)$/s.test(type);
