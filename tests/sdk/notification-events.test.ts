/** Events of notifications in any order, twice or late, end in what the server has. */
import { expect, it } from 'vitest';
import { applyNotificationEvent, type NotificationList } from '../../sdk/src/internal/notification-events.ts';

const row = (id: string, readAt: string | null = null) => ({
  id,
  type: 'dm',
  actor: null,
  channel_id: 'c',
  channel: { name: null, slug: 'general' },
  seq: 1,
  message_id: null,
  parent_seq: null,
  in_channel: true,
  text: id,
  custom: {},
  is_silent: false,
  created_at: '2026-01-01T00:00:00Z',
  read_at: readAt,
});
const NONE: NotificationList = { notifications: [], unreadCount: 0, hasMore: false };
const apply = (list: NotificationList | null, event: string, payload: object) =>
  list && applyNotificationEvent(list, `notification:${event}`, payload as Record<string, unknown>);
const added = (...ids: string[]) =>
  ids.reduce((list, id) => apply(list, 'new', row(id)) as NotificationList, NONE);
const shown = (list: NotificationList | null) =>
  list && [list.notifications.map(({ id, readAt }) => (readAt ? `(${id})` : id)).join(' '), list.unreadCount];

it('new ones stand in the order of their ids, each once', () => {
  expect(shown(added('2', '1', '3', '2'))).toEqual(['3 2 1', 3]);
});

it('one that belongs below what is loaded is counted and waits there', () => {
  const list = { ...added('5', '6'), hasMore: true };
  expect(shown(apply(list, 'new', row('4')))).toEqual(['6 5', 3]);
});

it('reading counts each once, also when it is told twice', () => {
  const read = { ids: ['1', '3'], read_at: '2026-01-01T00:00:01Z' };
  const once = apply(added('1', '2', '3'), 'read', read);
  expect(shown(once)).toEqual(['(3) 2 (1)', 1]);
  expect(apply(once, 'read', read)).toEqual(once);
});

it('deleting takes out, and counts only what was unread', () => {
  const list = apply(added('1', '2'), 'read', { ids: ['1'], read_at: '2026-01-01T00:00:01Z' });
  expect(shown(apply(list, 'deleted', { ids: ['1', '2'] }))).toEqual(['', 0]);
});

it('what concerns notifications that are not loaded, or too many, only the server can tell', () => {
  const list = added('1');
  expect(apply(list, 'read', { ids: ['0'], read_at: '2026-01-01T00:00:01Z' })).toBeNull();
  expect(apply(list, 'deleted', { ids: ['1', '0'] })).toBeNull();
  expect(apply(list, 'read', { ids: null })).toBeNull();
  expect(applyNotificationEvent(list, 'channel:left', { channel_id: 'c' })).toBeNull();
});

it('a new text is shown, and events of other things change nothing', () => {
  const list = added('1', '2');
  expect(apply(list, 'updated', { id: '1', text: 'new' })?.notifications.map(({ text }) => text)).toEqual([
    '2',
    'new',
  ]);
  expect(applyNotificationEvent(list, 'channel:bumped', {})).toBe(list);
});
