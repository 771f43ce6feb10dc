import type { TypologySettings } from '../../../api/typologies.ts';

/** The ways to divide customers, in the words of those who will use the groups. */
export const methods: Record<TypologySettings['method'], { title: string; means: string }> = {
  rfm: {
    title: 'Recency and frequency',
    means: 'Champions, loyal, at risk …: ten groups by when customers bought last and how often. Good to begin with.',
  },
  kmeans: {
    title: 'Customers who are alike',
    means: 'Groups of customers who lie together in all that you choose. Good to find out who there is.',
  },
  tree: {
    title: 'What goes with an outcome',
    means: 'Groups that differ most in how often something holds, as “has cancelled”. Good to find where to look.',
  },
};
