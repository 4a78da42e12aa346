/** Whether somebody is here, and what they say about it. */
import type { UserPresence } from '@confab/sdk';
import { usePresence as usePresences } from '@confab/sdk/react';

/** Null until it is known. */
export const usePresence = (userId: string): UserPresence | null =>
  usePresences([userId]).people.get(userId) ?? null;

const LABELS: Record<UserPresence['status'], string> = {
  online: 'online',
  away: 'away',
  busy: 'busy',
  inmeeting: 'in a meeting',
  offline: 'offline',
};

export const presenceText = ({ status }: UserPresence): string => LABELS[status];
