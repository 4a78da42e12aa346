/** Whether somebody is here, and what they say about it. */
import type { UserPresence } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useEffect, useState } from 'react';

/** Null until it is known. */
export function usePresence(userId: string | null): UserPresence | null {
  const { presence } = useChat();
  const [known, setKnown] = useState<UserPresence | null>(null);
  useEffect(() => {
    if (userId === null) return;
    const subscription = presence.subscribe([userId], ({ people }) => setKnown(people.get(userId) ?? null));
    return () => subscription.unsubscribe();
  }, [presence, userId]);
  return known?.userId === userId ? known : null;
}

const LABELS: Record<UserPresence['status'], string> = {
  online: 'online',
  away: 'away',
  busy: 'busy',
  inmeeting: 'in a meeting',
  offline: 'offline',
};

export const presenceText = ({ status }: UserPresence): string => LABELS[status];
