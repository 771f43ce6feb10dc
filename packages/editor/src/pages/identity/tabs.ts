export const identityTabs = ['review', 'decided', 'policy'] as const;
export type IdentityTab = (typeof identityTabs)[number];
