/** Who is in a channel. */

import type { Rest } from './internal/rest.ts';
import { MEMBER_COLUMNS, type MemberRow, toMember } from './internal/rows.ts';
import type { User } from './users.ts';

export interface Member {
  user: User;
  role: 'admin' | 'member';
  joinedAt: Date;
}

export interface Members {
  /** A page of members by user id, at most 100; pass the last one's id to get the next. */
  list(options?: { after?: string; limit?: number }): Promise<Member[]>;
  /** Adds people; needs an admin of the channel. @throws `not_a_channel_admin`, `user_not_found`, `too_many_members` */
  add(userIds: string[]): Promise<void>;
  /** Removes somebody; needs an admin of the channel. @throws `not_a_channel_admin`, `member_not_found` */
  remove(userId: string): Promise<void>;
}

export function createMembers({ client, run }: Rest, channelId: string): Members {
  return {
    async list({ after, limit = 100 } = {}) {
      let query = client.from('channel_members').select(MEMBER_COLUMNS).eq('channel_id', channelId);
      if (after) query = query.gt('user_id', after);
      const rows = await run('list members', query.order('user_id').limit(Math.min(limit, 100)));
      return (rows as MemberRow[]).map(toMember);
    },
    async add(userIds) {
      await run('add members', client.rpc('add_members', { channel_id: channelId, user_ids: userIds }));
    },
    async remove(userId) {
      await run('remove a member', client.rpc('remove_member', { channel_id: channelId, user_id: userId }));
    },
  };
}
