import type { StorySegment } from '@osicam/engine/plugin';

const all = (...rules: StorySegment['rule']['rules']): StorySegment['rule'] => ({ combinator: 'and', rules });

/** The groups that the operator's departments speak of, each by a rule: who is in one follows what happens. */
export const segments: readonly StorySegment[] = [
  {
    id: 'at-risk',
    name: 'At risk',
    rule: all(
      { field: 'contract', operator: '=', value: 'Month-to-month' },
      {
        combinator: 'or',
        rules: [
          { field: 'tenure_months', operator: '<=', value: 12 },
          { field: 'late_payments', operator: '>=', value: 2 },
        ],
      },
    ),
  },
  {
    id: 'valuable',
    name: 'Valuable: 90.00 a month or more',
    rule: all({ field: 'monthly_charge_minor', operator: '>=', value: 9_000 }),
  },
  {
    id: 'valuable-at-risk',
    name: 'Valuable and at risk',
    rule: all(
      { field: '$segment.valuable', operator: '=', value: true },
      { field: '$segment.at-risk', operator: '=', value: true },
    ),
  },
  {
    id: 'late-payers',
    name: 'Late payers of the last quarter',
    rule: all({
      field: 'invoice_late',
      operator: '=',
      match: { mode: 'some' },
      value: all({ field: 'time', operator: 'within', value: 'P90D' }),
    }),
  },
  {
    id: 'high-score',
    name: 'Latest churn score of 50 and more',
    rule: all({
      field: 'score_computed',
      operator: '>=',
      value: 50,
      measure: { function: 'last', property: 'score' },
    }),
  },
  {
    id: 'stayed',
    name: 'Renewed within the last quarter',
    rule: all({
      field: 'contract_renewed',
      operator: '=',
      match: { mode: 'some' },
      value: all({ field: 'time', operator: 'within', value: 'P90D' }),
    }),
  },
];
