/** The nouns of a chat that are loaded when they are first used. */
import type { Chat } from './client.ts';
import { type Lazy, lazy } from './internal/lazy.ts';
import { requireUuids } from './internal/uuid.ts';
import type { LaterNouns } from './later.ts';
import type { SoonNouns } from './soon.ts';

type Nouns = Omit<Chat, 'auth' | 'channels' | 'drafts' | 'close'>;

export function createNouns(deps: { soon: Lazy<SoonNouns>; later: Lazy<LaterNouns> }): Nouns {
  const { soon, later } = deps;
  const administration = lazy(() => later.use((nouns) => nouns.loadAdministration()));

  return {
    users: {
      ...later.calls('users', 'me', 'get', 'list', 'search', 'update', 'setAvatar'),
      subscribe: following(later.subscribe('users')),
    },
    blocks: later.calls('blocks', 'block', 'unblock', 'list'),
    presence: {
      ...later.calls('presence', 'set', 'setStatus', 'clearStatus', 'get'),
      subscribe: following(later.subscribe('presence')),
      setActive: (isActive) => soon.whenThere(({ heartbeat }) => heartbeat.setActive(isActive)),
    },
    threads: { ...later.calls('threads', 'list'), subscribe: later.subscribe('threads', 'loadMore') },
    bookmarks: {
      ...later.calls('bookmarks', 'list', 'add', 'remove'),
      subscribe: later.subscribe('bookmarks'),
    },
    unread: { subscribe: later.subscribe('unread') },
    search: later.calls('search', 'messages', 'users', 'channels', 'members'),
    files: later.calls('files', 'url'),
    notifications: {
      ...later.calls('notifications', 'list', 'unreadCount', 'markRead', 'markAllRead', 'delete'),
      subscribe: later.subscribe('notifications', 'loadMore'),
    },
    preferences: {
      ...later.calls('preferences', 'get', 'set'),
      subscribe: later.subscribe('preferences'),
    },
    admin: {
      ...administration.calls(
        'admin',
        'suspend',
        'activate',
        'deleteUser',
        'setRole',
        'stats',
        'users',
        'auditLog',
        'authLog',
      ),
      apiKeys: administration.calls('apiKeys', 'list', 'create', 'revoke'),
      settings: administration.calls('settings', 'list', 'set'),
    },
  };
}

/** Checks ids at once, and not when the code for them has come. */
const following =
  <Rest extends unknown[], T>(subscribe: (ids: readonly string[], ...rest: Rest) => T) =>
  (ids: readonly string[], ...rest: Rest): T => {
    requireUuids(ids);
    return subscribe(ids, ...rest);
  };
