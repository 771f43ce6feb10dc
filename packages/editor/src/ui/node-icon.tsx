import {
  type Icon,
  IconArrowsSplit,
  IconCalendarClock,
  IconChartBar,
  IconCopyCheck,
  IconDatabaseImport,
  IconFileExport,
  IconFileImport,
  IconFlag,
  IconFlask,
  IconHourglass,
  IconMail,
  IconMessage,
  IconPencilPlus,
  IconPhone,
  IconReportAnalytics,
  IconSend,
  IconTag,
  IconTrendingUp,
  IconUsersGroup,
  IconWand,
  IconWebhook,
} from '@tabler/icons-react';
import type { NodeTypeDescription } from '../api/contract.ts';

/** By the words of a node's name, so that a stranger's `acme/e-mail` gets its envelope too; else by its contract. */
const byWord: readonly [RegExp, Icon][] = [
  [/e-?mail|newsletter/, IconMail],
  [/webhook|http|api/, IconWebhook],
  [/call|phone|voice/, IconPhone],
  [/sms|push|message|chat/, IconMessage],
  [/export/, IconFileExport],
  [/file|csv|import/, IconFileImport],
  [/dedup|merge/, IconCopyCheck],
  [/normali[sz]e|clean/, IconWand],
  [/experiment|test/, IconFlask],
  [/delay|timer|pause/, IconHourglass],
  [/schedule|window|date/, IconCalendarClock],
  [/\bend\b|exit|stop/, IconFlag],
  [/trait|tag/, IconTag],
  [/uplift|growth/, IconTrendingUp],
  [/summary|report/, IconReportAnalytics],
  [/segment|rfm|rules|audience/, IconUsersGroup],
];

const byContract: Record<NodeTypeDescription['contract'], Icon> = {
  source: IconDatabaseImport,
  router: IconArrowsSplit,
  writer: IconPencilPlus,
  channel: IconSend,
  wait: IconHourglass,
  report: IconChartBar,
};

export function NodeIcon({ type, size = 16 }: { type: NodeTypeDescription | undefined; size?: number }) {
  const name = type?.type.split('/').at(-1) ?? '';
  const Found = byWord.find(([words]) => words.test(name))?.[1] ?? (type ? byContract[type.contract] : IconArrowsSplit);
  return <Found size={size} stroke={1.8} aria-hidden />;
}
