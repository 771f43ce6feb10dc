export const schemaTabs = ['traits', 'events', 'aside'] as const;
export type SchemaTab = (typeof schemaTabs)[number];
