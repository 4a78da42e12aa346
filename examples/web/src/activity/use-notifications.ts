/** What the user was told of, kept live. */
import type { NotificationsState, NotificationsSubscription } from '@confab/sdk';
import { useChat } from '@confab/sdk/react';
import { useLive } from '../ui/use-live.ts';

const NONE: NotificationsState = { notifications: [], unreadCount: 0, hasMore: false, connection: 'loading' };

export const useNotifications = () =>
  useLive<NotificationsState, NotificationsSubscription>(useChat().notifications.subscribe, NONE);
