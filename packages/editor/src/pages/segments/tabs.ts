/** What the segments page shows: groups by rule, and customers listed one by one. */
export const tabs = ['segments', 'lists'] as const;
export type Tab = (typeof tabs)[number];
