/** What a notification says after the name. */
import type { Notification } from '@confab/sdk';

export function notificationText({ type, channelName, emoji }: Notification): string {
  const where = channelName === null ? '' : ` in #${channelName}`;
  switch (type) {
    case 'mention':
      return `mentioned you${where}`;
    case 'dm':
      return 'wrote to you';
    case 'reaction':
      return `reacted with ${emoji} to your message${where}`;
    case 'thread_reply':
      return `replied in a thread${where}`;
    case 'channel_invite':
      return channelName === null ? 'added you to a group' : `added you to #${channelName}`;
    case 'message':
      return `wrote${where}`;
  }
}
