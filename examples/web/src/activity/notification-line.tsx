/** One notification: who, what, where; leads to it. */
import type { Notification } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { addressable, useMyChannels } from '../channels/use-my-channels.ts';
import { plainText } from '../messages/plain-text.ts';
import { addressOf, HOME } from '../place.ts';
import { Avatar } from '../ui/avatar.tsx';
import { fullText, timeOrDayText } from '../ui/dates.ts';
import { notificationText } from './notification-text.ts';

export function NotificationLine({ notification }: { notification: Notification }) {
  const { notifications } = useChat();
  const href = useAddress(notification);
  const { id, actor, text, readAt, createdAt } = notification;
  return (
    <li>
      <a
        className="notification"
        href={href}
        data-unread={readAt === null}
        onClick={() => readAt === null && void notifications.markRead(id).catch(() => {})}
      >
        <Avatar user={actor} />
        <span className="said-by">
          <strong>{actor?.name ?? 'Somebody'}</strong> {notificationText(notification)}
          {text && <span className="preview">{plainText(text)}</span>}
        </span>
        <time dateTime={createdAt.toISOString()} title={fullText(createdAt)}>
          {timeOrDayText(createdAt)}
        </time>
        {readAt === null && <span className="for-screen-readers">unread</span>}
      </a>
    </li>
  );
}

function useAddress({ channelId, messageId, parentSeq, inChannel }: Notification): string {
  const channels = useMyChannels();
  if (channelId === null) return HOME;
  const channel = addressable(channelId, channels.get(channelId));
  if (parentSeq !== null && !inChannel) return addressOf(channel, { thread: parentSeq });
  return addressOf(channel, messageId === null ? {} : { message: messageId });
}
