import type { AttributeType } from '../../api/schema.ts';

/** Types as a person would say them. */
export const typeWords: Record<AttributeType, string> = {
  text: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  instant: 'Date or time',
  list: 'List',
  object: 'Structure',
  any: 'Anything',
};
