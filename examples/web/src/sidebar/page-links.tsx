/** The ways to the pages that gather things from all conversations. */
import type { DraftsState, UnreadState } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useNotifications } from '../activity/use-notifications.ts';
import { usePopUps } from '../activity/use-pop-ups.ts';
import { addressOfPage, type PageName } from '../place.ts';
import { NO_DRAFTS } from '../saved/drafts-page.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { useLive } from '../ui/use-live.ts';

const NOTHING: UnreadState = { messages: 0, channels: 0, mentions: 0, threads: 0, connection: 'loading' };

export function PageLinks({ open }: { open: string }) {
  const { unread, drafts } = useChat();
  const [{ threads }] = useLive(unread.subscribe, NOTHING);
  const [news] = useNotifications();
  const [written] = useLive<DraftsState, ReturnType<typeof drafts.subscribe>>(drafts.subscribe, NO_DRAFTS);
  usePopUps(news);

  const link = (page: PageName, icon: IconName, label: string, count = 0) => (
    <li>
      <a
        className="row"
        href={addressOfPage(page)}
        aria-current={open === page ? 'page' : undefined}
        data-unread={count > 0}
      >
        <Icon name={icon} />
        <span className="name">{label}</span>
        {count > 0 && (
          <span className="badge">
            {count > 99 ? '99+' : count}
            <span className="for-screen-readers"> unread</span>
          </span>
        )}
      </a>
    </li>
  );

  return (
    <ul aria-label="Overview">
      {link('threads', 'thread', 'Threads', threads)}
      {link('activity', 'bell', 'Activity', news.unreadCount)}
      {link('saved', 'bookmark', 'Saved')}
      {written.drafts.length > 0 && link('drafts', 'draft', 'Drafts')}
    </ul>
  );
}
