/** What a trait or a property can be declared to hold. `instant`: an ISO 8601 date, or date and time, as text. */
export const attributeTypes = ['text', 'number', 'boolean', 'instant', 'list', 'object', 'any'] as const;
export type AttributeType = (typeof attributeTypes)[number];
