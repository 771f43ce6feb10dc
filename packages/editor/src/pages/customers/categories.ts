import type { Category } from '@osicam/engine/loop';
import {
  IconChartDots,
  IconCreditCard,
  IconHeadset,
  IconId,
  IconMessages,
  IconShoppingBag,
  type Icon,
} from '@tabler/icons-react';

/** The six kinds of information of one customer, each in a stage's colour so that they are told apart at a glance. */
export const categoryInfos: readonly { id: Category; title: string; what: string; icon: Icon; stage: string }[] = [
  { id: 'basic', title: 'Basics', what: 'Who it is, and what changed about that', icon: IconId, stage: 'organize' },
  {
    id: 'order',
    title: 'Orders',
    what: 'What it bought, subscribed to and gave up',
    icon: IconShoppingBag,
    stage: 'segment',
  },
  {
    id: 'payment',
    title: 'Payments',
    what: 'What it paid, and when it did not',
    icon: IconCreditCard,
    stage: 'aliment',
  },
  { id: 'service', title: 'Service', what: 'Faults, complaints and requests', icon: IconHeadset, stage: 'interact' },
  {
    id: 'contact',
    title: 'Contacts',
    what: 'Who spoke with whom, on which channel',
    icon: IconMessages,
    stage: 'collect',
  },
  { id: 'analysis', title: 'Analysis', what: 'Scores, segments and forecasts', icon: IconChartDots, stage: 'measure' },
];

export const categoryOf = (id: string) => categoryInfos.find((category) => category.id === id);
