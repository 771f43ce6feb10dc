export const statuses = ['queued', 'sending', 'sent', 'failed', 'unknown', 'suppressed'] as const;

const colours: Record<string, string> = {
  sent: 'teal',
  failed: 'red',
  unknown: 'orange',
  suppressed: 'gray',
  queued: 'blue',
  sending: 'blue',
};

export const statusColour = (status: string): string => colours[status] ?? 'gray';
