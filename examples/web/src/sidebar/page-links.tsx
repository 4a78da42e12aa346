/** The ways to the pages that gather things from all conversations. */
import { useDrafts, useNotifications, useUnread } from '@confab/sdk/react';
import { usePopUps } from '../activity/use-pop-ups.ts';
import { addressOfPage, type PageName } from '../place.ts';
import { Icon, type IconName } from '../ui/icon.tsx';

export function PageLinks({ open }: { open: string }) {
  const { threads } = useUnread();
  const { drafts } = useDrafts();
  const news = useNotifications();
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
      {drafts.length > 0 && link('drafts', 'draft', 'Drafts')}
    </ul>
  );
}
