/** Channels: the caller's list, kept live, and everything that can be done with one. */

import { ChatError } from './errors.ts';
import type { ChannelFiles } from './files.ts';
import { type ChannelList, createChannelList } from './internal/channel-list.ts';
import type { Subscription } from './internal/emitter.ts';
import type { Rest } from './internal/rest.ts';
import { toChannelInfo } from './internal/rows.ts';
import type { UserFeed } from './internal/user-feed.ts';
import { createMembers, type Members } from './members.ts';
import { createMessages, type Messages, type MessagesDeps } from './messages.ts';
import { createThread, type Thread } from './threads.ts';
import { createTyping, type Typing } from './typing.ts';
import type { User } from './users.ts';

/** A channel the caller is in, as it was when it was asked for. */
export interface ChannelInfo {
  id: string;
  kind: 'public' | 'private' | 'dm';
  /** Unique, for addresses; null for direct messages. */
  slug: string | null;
  /** Name to show: the given name, else the slug, else the other person's name. */
  name: string;
  description: string;
  /** The caller's role. */
  role: 'admin' | 'member';
  createdAt: Date;
  lastActivityAt: Date;
  /** seq of the newest message, 0 when there is none. */
  lastSeq: number;
  lastReadSeq: number;
  /** Messages of others after `lastReadSeq`. */
  unreadCount: number;
  memberCount: number;
  /** The other person of direct messages. */
  dmUser: User | null;
}

/** A public channel, joined or not. */
export interface PublicChannel {
  id: string;
  slug: string;
  name: string;
  description: string;
}

export interface Channel {
  readonly id: string;
  /** As it was when the channel was opened; null while the caller is not a member of this public channel. */
  readonly info: ChannelInfo | null;
  readonly messages: Messages;
  /** The replies to a message. */
  thread(rootSeq: number): Thread;
  readonly members: Members;
  readonly files: ChannelFiles;
  readonly typing: Typing;
  /** @throws `channel_not_found` */
  join(): Promise<void>;
  /** @throws `dm_is_permanent` */
  leave(): Promise<void>;
  /** Marks everything up to a seq as read; a marker never moves back. */
  markRead(seq: number): Promise<void>;
}

export interface ChannelsState {
  /** Most recently active first. */
  channels: readonly ChannelInfo[];
  /** `loading` before the first answer, `live`, `offline` while changes cannot arrive, `ended` when the caller signed out. */
  connection: 'loading' | 'live' | 'offline' | 'ended';
}

export interface Channels {
  /** A page of the caller's channels, most recently active first, at most 100; pass the last one to get the next. */
  list(options?: { after?: ChannelInfo; limit?: number }): Promise<ChannelInfo[]>;
  /** A page of all public channels by slug, at most 100; pass the last slug to get the next. */
  browse(options?: { after?: string; limit?: number }): Promise<PublicChannel[]>;
  /** Calls back with the caller's channels and then at every change of their number, order or unread counts. */
  subscribe(listener: (state: ChannelsState) => void): Subscription;
  /** @throws `invalid_slug`, `slug_taken`, `invalid_name`, `invalid_description`, `too_many_members`, `user_not_found` */
  create(channel: {
    slug: string;
    kind?: 'public' | 'private';
    name?: string;
    description?: string;
    memberIds?: string[];
  }): Promise<Channel>;
  /** Opens a channel by slug, by id, or the direct messages with a user. @throws `channel_not_found`, `user_not_found` */
  open(channel: string | { dm: string }): Promise<Channel>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createChannels(
  deps: MessagesDeps & {
    rest: Rest;
    userFeed: UserFeed;
    files(channelId: string): ChannelFiles;
  },
): Channels & { end(): void } {
  const { rest, userFeed, outbox, feeds } = deps;
  const { client, run } = rest;
  let list: ChannelList | undefined;

  async function find(id: string): Promise<ChannelInfo | null> {
    const rows = await run('read channel', client.from('my_channels').select().eq('id', id));
    return rows[0] ? toChannelInfo(rows[0]) : null;
  }

  function toChannel(id: string, info: ChannelInfo | null): Channel {
    return {
      id,
      info,
      messages: createMessages(deps, id),
      thread: (rootSeq) => createThread(deps, id, rootSeq),
      members: createMembers(rest, id),
      files: deps.files(id),
      typing: createTyping((isTyping) => feeds.all.get(id)?.sendTyping(isTyping)),
      async join() {
        const [row] = await run('join', client.rpc('join_channel', { channel_id: id }));
        list?.refresh(id);
        if (row) feeds.all.get(id)?.note({ epoch: row.epoch });
      },
      async leave() {
        await run('leave', client.rpc('leave_channel', { channel_id: id }));
        list?.refresh(id);
      },
      async markRead(seq) {
        await run('mark as read', client.rpc('mark_read', { channel_id: id, seq }));
      },
    };
  }

  async function openDm(userId: string): Promise<Channel> {
    const [row] = await run('open direct messages', client.rpc('open_dm', { user_id: userId }));
    return openNew((row as { id: string }).id);
  }

  function openNew(id: string): Promise<Channel> {
    list?.refresh(id);
    return openById(id);
  }

  async function openById(id: string): Promise<Channel> {
    return toChannel(id, await find(id));
  }

  return {
    end() {
      feeds.end();
      list?.end();
    },
    async list({ after, limit = 50 } = {}) {
      let query = client.from('my_channels').select();
      if (after) {
        const time = after.lastActivityAt.toISOString();
        query = query.or(`last_activity_at.lt.${time},and(last_activity_at.eq.${time},id.lt.${after.id})`);
      }
      const rows = await run(
        'list channels',
        query
          .order('last_activity_at', { ascending: false })
          .order('id', { ascending: false })
          .limit(Math.min(limit, 100)),
      );
      return rows.map(toChannelInfo);
    },
    async browse({ after, limit = 50 } = {}) {
      let query = client.from('channels').select('id, slug, name, description').eq('kind', 'public');
      if (after) query = query.gt('slug', after);
      const rows = await run('list public channels', query.order('slug').limit(Math.min(limit, 100)));
      return rows.map((row) => ({
        id: row.id,
        slug: row.slug as string,
        name: row.name ?? (row.slug as string),
        description: row.description,
      }));
    },
    subscribe(listener) {
      list ??= createChannelList({ rest, userFeed, outbox, onIdle: () => (list = undefined) });
      return list.subscribe(listener);
    },
    async create({ slug, kind = 'public', name, description, memberIds }) {
      const rows = await run(
        'create channel',
        client.rpc('create_channel', {
          slug,
          kind,
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
          ...(memberIds === undefined ? {} : { member_ids: memberIds }),
        }),
      );
      return openNew((rows[0] as { id: string }).id);
    },
    async open(channel) {
      if (typeof channel !== 'string') return openDm(channel.dm);
      const column = UUID.test(channel) ? 'id' : 'slug';
      const rows = await run('open channel', client.from('channels').select('id').eq(column, channel));
      if (!rows[0]) {
        throw new ChatError(
          'channel_not_found',
          'unable to open channel; it does not exist or is not visible to you',
        );
      }
      return openById(rows[0].id);
    },
  };
}
