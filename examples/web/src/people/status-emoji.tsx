/** The emoji somebody has put behind their name. */
import { usePresence } from './use-presence.ts';

export function StatusEmoji({ userId }: { userId: string }) {
  const presence = usePresence(userId);
  if (!presence?.statusEmoji && !presence?.statusText) return null;
  const { statusEmoji, statusText } = presence;
  return (
    <span className="status-emoji" title={statusText ?? undefined}>
      {statusEmoji ?? '💬'}
      {statusText && <span className="for-screen-readers"> {statusText}</span>}
    </span>
  );
}
