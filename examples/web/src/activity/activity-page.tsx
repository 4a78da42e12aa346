/** What happened that concerns the user: mentions, replies, reactions, invitations. */
import { useChat, useNotifications } from '@confab/sdk/react';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';
import { attempt } from '../ui/toasts.tsx';
import { BrowserNotifications } from './browser-notifications.tsx';
import { NotificationLine } from './notification-line.tsx';

export function ActivityPage() {
  const { notifications } = useChat();
  const state = useNotifications();
  return (
    <Page
      icon="bell"
      title="Activity"
      actions={
        <button
          type="button"
          className="quiet"
          disabled={state.unreadCount === 0}
          onClick={() => attempt(() => notifications.markAllRead())}
        >
          Mark all as read
        </button>
      }
    >
      <BrowserNotifications />
      {state.notifications.length === 0 && state.connection !== 'loading' && (
        <Empty icon="bell" title="All quiet">
          Mentions, replies, reactions and invitations show up here.
        </Empty>
      )}
      <ul aria-label="Notifications" aria-busy={state.connection === 'loading'}>
        {state.notifications.map((notification) => (
          <NotificationLine key={notification.id} notification={notification} />
        ))}
      </ul>
      {state.hasMore && (
        <button type="button" onClick={() => attempt(state.loadMore)}>
          Show more
        </button>
      )}
    </Page>
  );
}
