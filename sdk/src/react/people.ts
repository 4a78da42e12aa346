/** What concerns the caller, on screen: notifications and preferences. */
import { useCallback, useMemo } from 'react';
import type { NotificationsState, NotificationsSubscription } from '../notifications.ts';
import type { PreferencesState } from '../preferences.ts';
import { useLive } from './live.ts';
import { useChat } from './provider.ts';

const NO_NOTIFICATIONS: NotificationsState = {
  notifications: [],
  unreadCount: 0,
  hasMore: false,
  connection: 'loading',
};
const NO_PREFERENCES: PreferencesState = { preferences: null, connection: 'loading' };

/** The caller's notifications, newest first; `loadMore` extends the list. */
export function useNotifications(): NotificationsState & Pick<NotificationsSubscription, 'loadMore'> {
  const { state, view } = useLive(useChat().notifications.subscribe, NO_NOTIFICATIONS);
  const loadMore = useCallback(async () => view()?.loadMore(), [view]);
  return useMemo(() => ({ ...state, loadMore }), [state, loadMore]);
}

/** The caller's preferences. */
export function usePreferences(): PreferencesState {
  return useLive(useChat().preferences.subscribe, NO_PREFERENCES).state;
}
