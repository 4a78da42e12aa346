/** The dot at a face: here, away or busy; nothing for who is not here. */
import { presenceText, usePresence } from './use-presence.ts';

export function PresenceDot({ userId }: { userId: string }) {
  const presence = usePresence(userId);
  if (!presence || presence.status === 'offline') return null;
  return <span className="presence" data-status={presence.status} title={presenceText(presence)} />;
}
