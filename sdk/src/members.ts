/** Who is in a channel, who may not come back, and what part each plays. */
import type { Subscription } from './internal/emitter.ts';
import { createLiveValue } from './internal/live-value.ts';
import {
  BAN_COLUMNS,
  MEMBER_COLUMNS,
  type MemberEvent,
  type MemberRow,
  toBan,
  toMember,
} from './internal/people-rows.ts';
import { prefixPattern } from './internal/prefix.ts';
import type { Rest } from './internal/rest.ts';
import { toUser } from './internal/rows.ts';
import type { TopicSource } from './internal/topic-listeners.ts';
import type { Connection } from './messages.ts';
import type { User } from './users.ts';

export interface Member {
  user: User;
  role: 'admin' | 'member';
  joinedAt: Date;
}

/** Somebody who may not come back to a channel. */
export interface Ban {
  user: User;
  reason: string;
  /** Until when. */
  until: Date | 'forever';
  bannedAt: Date;
}

/** What a live list of members shows at one moment; a new object at every change. */
export interface MembersState {
  /** Admins first, then by name, as far as they are loaded. */
  members: readonly Member[];
  /** Whether there are more: see `loadMore`. */
  hasMore: boolean;
  connection: Connection;
}

export interface MembersSubscription extends Subscription {
  /** Adds the next 100, to 1,000 at most. */
  loadMore(): Promise<void>;
}

export interface Members {
  /** A page of members by user id, at most 100; pass the last one's id to get the next. `query`: how name or username begins. @throws `network_unavailable` */
  list(options?: { query?: string; after?: string; limit?: number }): Promise<Member[]>;
  /**
   * Adds up to 1,000 people; who is in already stays as they are. Needs the capability `invite`, for admins also `set_role`.
   * @throws `not_a_channel_admin`, `not_the_creator`, `channel_archived`, `dm_is_permanent`, `user_not_found`, `user_banned`, `too_many_members`
   */
  add(userIds: readonly string[], options?: { role?: 'admin' | 'member' }): Promise<void>;
  /** Takes somebody out: they hear nothing more. Needs `remove_member`. @throws `not_a_channel_admin`, `member_not_found`, `creator_cannot_leave`, `dm_is_permanent` */
  remove(userId: string): Promise<void>;
  /** Takes somebody out and keeps them out, for good or until a time. Needs `ban_member`. @throws `not_a_channel_admin`, `user_not_found`, `creator_cannot_leave`, `invalid_time`, `invalid_reason`, `dm_is_permanent` */
  ban(userId: string, options?: { reason?: string; until?: Date }): Promise<void>;
  /** Lets somebody come back. Needs `ban_member`. @throws `not_a_channel_admin`, `dm_is_permanent` */
  unban(userId: string): Promise<void>;
  /** A page of bans by user id, at most 100; empty for those who are no admins. */
  listBans(options?: { after?: string; limit?: number }): Promise<Ban[]>;
  /** Needs `set_role`. @throws `not_the_creator`, `not_a_channel_admin`, `member_not_found`, `creator_cannot_leave`, `last_admin` */
  setRole(userId: string, role: 'admin' | 'member'): Promise<void>;
  /** Calls back with the members and then at every change. */
  subscribe(listener: (state: MembersState) => void): MembersSubscription;
}

const PAGE = 100;
/** As many as one answer of the Data API carries. */
const LIMIT = 1_000;

export function createMembers(deps: { rest: Rest; channelId: string; topic: TopicSource }): Members {
  const { channelId } = deps;
  const { client, run } = deps.rest;

  async function fetch(options: { query?: string; after?: string; limit: number }): Promise<Member[]> {
    const { query, after, limit } = options;
    let rows = client.from('channel_members').select(MEMBER_COLUMNS).eq('channel_id', channelId);
    if (after) rows = rows.gt('user_id', after);
    const pattern = prefixPattern(query ?? '');
    if (pattern) {
      rows = rows.or(`username.ilike.${pattern},name.ilike.${pattern}`, { referencedTable: 'profile' });
    }
    const found = await run('list members', rows.order('user_id').limit(limit));
    return (found as unknown as MemberRow[]).map(toMember);
  }

  const live = createLiveValue<{ members: readonly Member[]; hasMore: boolean }>({
    feed: deps.topic,
    initial: { members: [], hasMore: false },
    async load({ members: { length } }, isMore) {
      const limit = Math.min(Math.max(length, PAGE) + (isMore ? PAGE : 0), LIMIT);
      const found = await fetch({ limit });
      return { members: found, hasMore: found.length === limit && limit < LIMIT };
    },
    apply: (value, event, payload) =>
      event.startsWith('member:') ? applied(value, event, payload as unknown as MemberEvent) : value,
  });

  return {
    list: ({ limit = PAGE, ...options } = {}) => fetch({ ...options, limit: Math.min(limit, PAGE) }),
    async add(userIds, { role = 'member' } = {}) {
      await run(
        'add members',
        client.rpc('add_members', { channel_id: channelId, user_ids: [...userIds], role }),
      );
    },
    async remove(userId) {
      await run('remove a member', client.rpc('remove_member', { channel_id: channelId, user_id: userId }));
    },
    async ban(userId, { reason = '', until } = {}) {
      const end = until ? { until: until.toISOString() } : {};
      await run('ban', client.rpc('ban_member', { channel_id: channelId, user_id: userId, reason, ...end }));
    },
    async unban(userId) {
      await run('unban', client.rpc('unban_member', { channel_id: channelId, user_id: userId }));
    },
    async listBans({ after, limit = PAGE } = {}) {
      let rows = client.from('channel_bans').select(BAN_COLUMNS).eq('channel_id', channelId);
      if (after) rows = rows.gt('user_id', after);
      const found = await run('list bans', rows.order('user_id').limit(Math.min(limit, PAGE)));
      return found.map(toBan);
    },
    async setRole(userId, role) {
      await run('set role', client.rpc('set_member_role', { channel_id: channelId, user_id: userId, role }));
    },
    subscribe(listener) {
      const subscription = live.subscribe((state) =>
        listener({ ...state, members: [...state.members].sort(adminsFirst) }),
      );
      return { ...subscription, loadMore: live.more };
    },
  };
}

const adminsFirst = (a: Member, b: Member): number =>
  a.role === b.role ? a.user.name.localeCompare(b.user.name) : a.role === 'admin' ? -1 : 1;

function applied(
  value: { members: readonly Member[]; hasMore: boolean },
  event: string,
  { user, role }: MemberEvent,
) {
  const others = value.members.filter((member) => member.user.id !== user.id);
  if (event === 'member:left') return { ...value, members: others };
  const known = value.members.find((member) => member.user.id === user.id);
  const last = value.members.at(-1);
  // Beyond what is loaded there is a page still to come that will have them.
  if (!known && value.hasMore && last && user.id > last.user.id) return value;
  const member = { user: toUser(user), role, joinedAt: known?.joinedAt ?? new Date() };
  return { ...value, members: [...others, member].sort((a, b) => (a.user.id < b.user.id ? -1 : 1)) };
}
