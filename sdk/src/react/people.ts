/** People on screen: how they are, and what concerns the caller. */
import { useCallback, useMemo } from 'react';
import type { NotificationsState, NotificationsSubscription } from '../notifications.ts';
import type { PreferencesState } from '../preferences.ts';
import type { PresenceState } from '../presence.ts';
import type { UsersState } from '../users.ts';
import { useLive } from './live.ts';
import { useChat } from './provider.ts';

const NO_NOTIFICATIONS: NotificationsState = {
  notifications: [],
  unreadCount: 0,
  hasMore: false,
  connection: 'loading',
};
const NO_PREFERENCES: PreferencesState = { preferences: null, connection: 'loading' };

const NO_PRESENCE: PresenceState = { people: new Map(), connection: 'loading' };
const NO_USERS: UsersState = { people: new Map(), connection: 'loading' };

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

/** How these people are: here, away, busy, and what they say about it. */
export function usePresence(userIds: readonly string[]): PresenceState {
  const { presence } = useChat();
  const key = userIds.join();
  const open = useCallback(
    (listener: (state: PresenceState) => void) => presence.subscribe(idsOf(key), listener),
    [presence, key],
  );
  return useLive(open, NO_PRESENCE).state;
}

/** The profiles of these people. */
export function useUsers(userIds: readonly string[]): UsersState {
  const { users } = useChat();
  const key = userIds.join();
  const open = useCallback(
    (listener: (state: UsersState) => void) => users.subscribe(idsOf(key), listener),
    [users, key],
  );
  return useLive(open, NO_USERS).state;
}

/** Ids by value: callers write these lists anew at every render. */
const idsOf = (key: string): string[] => (key === '' ? [] : key.split(','));
