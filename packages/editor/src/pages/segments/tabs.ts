/** What the segments page shows: groups by rule, customers listed one by one, and divisions of all of them. */
export const tabs = ['segments', 'lists', 'typologies'] as const;
export type Tab = (typeof tabs)[number];
