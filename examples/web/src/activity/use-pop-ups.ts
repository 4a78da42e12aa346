/** Shows news as the browser's notifications while the page is out of sight and the user has allowed it. */
import type { NotificationsState } from '@confab/sdk';
import { useEffect, useRef } from 'react';
import { plainText } from '../messages/plain-text.ts';
import { addressOf, goTo } from '../place.ts';
import { notificationText } from './notification-text.ts';
import { popUp } from './pop-up.ts';

export function usePopUps({ notifications, connection }: NotificationsState): void {
  /** When the newest one that was seen came; what came before the page was opened is no news. */
  const seen = useRef<Date | null>(null);
  useEffect(() => {
    if (connection === 'loading') return;
    const since = seen.current;
    seen.current = notifications[0]?.createdAt ?? new Date(0);
    const mayShow = 'Notification' in window && Notification.permission === 'granted' && document.hidden;
    if (since === null || !mayShow) return;
    for (const news of notifications) {
      if (news.createdAt <= since) break;
      if (news.isSilent || news.readAt) continue;
      const pop = popUp(`${news.actor?.name ?? 'Somebody'} ${notificationText(news)}`, {
        body: plainText(news.text),
        tag: news.id,
        icon: '/icon.svg',
      });
      if (!pop) return;
      pop.onclick = () => {
        focus();
        if (news.channelId) goTo(addressOf({ id: news.channelId, slug: null }, messageOf(news.messageId)));
      };
    }
  }, [notifications, connection]);
}

const messageOf = (id: string | null) => (id === null ? {} : { message: id });
