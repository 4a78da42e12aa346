/** Channels: the caller's list, kept live, and everything that can be done with one. */

import type { Capability } from './capabilities.ts';
import { type Channel, type ChannelDeps, type ChannelSettings, createChannel } from './channel.ts';
import { createParts, type PartsDeps } from './channel-parts.ts';
import type { ChannelCustom } from './custom.ts';
import { ChatError } from './errors.ts';
import { type ChannelList, createChannelList } from './internal/channel-list.ts';
import type { Subscription } from './internal/emitter.ts';
import type { Realtime } from './internal/realtime.ts';
import { toChannelInfo } from './internal/rows.ts';
import type { UserFeed } from './internal/user-feed.ts';
import { UUID } from './internal/uuid.ts';
import type { User } from './users.ts';

/** A channel the caller is in, as it was when it was asked for. */
export interface ChannelInfo {
  id: string;
  /** `group`: people without a slug, where each may add others; `dm`: two people, or one alone with their notes, for good. */
  kind: 'public' | 'private' | 'group' | 'dm';
  /** Unique, for addresses; null for groups and direct messages. */
  slug: string | null;
  /** Name to show: the given name, else the slug, else the other people's names. */
  name: string;
  description: string;
  custom: ChannelCustom;
  /** The caller's role. */
  role: 'admin' | 'member';
  /** What the caller may do here now; see `channel.can`. */
  capabilities: readonly Capability[];
  /** What the channel is to the caller. */
  settings: ChannelSettings;
  /** Id of its owner; null when nobody owns it. */
  ownerId: string | null;
  createdAt: Date;
  /** Since when it can only be read; null while it can be written. */
  archivedAt: Date | null;
  lastActivityAt: Date;
  /** seq of the newest message, 0 when there is none. */
  lastSeq: number;
  lastReadSeq: number;
  /** Messages of others after `lastReadSeq`, without deleted ones and replies in threads. */
  unreadCount: number;
  /** Messages after `lastReadSeq` that mean the caller. */
  mentionCount: number;
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
  /**
   * Makes a public or private channel with the caller as owner. A slug has 1 to 80 of a-z, 0-9 and dashes, a name at most 80
   * characters, a description 500, custom data 16 kB.
   * @throws `invalid_slug`, `slug_taken`, `conflict`, `invalid_name`, `invalid_description`, `invalid_custom`, `too_many_members`, `user_not_found`, `rate_limited`
   */
  create(channel: {
    slug: string;
    kind?: 'public' | 'private';
    name?: string;
    description?: string;
    custom?: ChannelCustom;
    memberIds?: readonly string[];
  }): Promise<Channel>;
  /** Makes a group of the caller and others: by invitation, without a slug. @throws `too_few_members`, `too_many_members`, `user_not_found`, `invalid_name`, `invalid_description`, `invalid_custom`, `rate_limited` */
  createGroup(group: {
    memberIds: readonly string[];
    name?: string;
    description?: string;
    custom?: ChannelCustom;
  }): Promise<Channel>;
  /** Opens a channel by slug, by id, or the direct messages with a user. @throws `channel_not_found`, `user_not_found`, `user_blocked` */
  open(channel: string | { dm: string }): Promise<Channel>;
}

export function createChannels(
  deps: PartsDeps & {
    userFeed: UserFeed;
    realtime: Realtime;
    userId(): string | null;
  },
): Channels & { end(): void } {
  const { rest, feeds, later } = deps;
  const makers = later.calls('channelMakers', 'create', 'createGroup', 'openDm');
  const { client, run } = rest;
  let list: ChannelList | undefined;

  async function find(id: string): Promise<ChannelInfo | null> {
    const rows = await run('read channel', client.from('my_channels').select().eq('id', id));
    return rows[0] ? toChannelInfo(rows[0]) : null;
  }

  const channelDeps: ChannelDeps = {
    rest,
    find,
    refresh: (id) => list?.refresh(id),
    subscribeToList: subscribe,
  };

  function toChannel(id: string, info: ChannelInfo | null): Channel {
    return createChannel(channelDeps, id, info, (changed) => createParts(deps, id, changed));
  }

  function subscribe(listener: (state: ChannelsState) => void): Subscription {
    list ??= createChannelList({ ...deps, onIdle: () => (list = undefined) });
    return list.subscribe(listener);
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
    ...later.calls('channelPages', 'list', 'browse'),
    subscribe,
    create: async (channel) => openNew(await makers.create(channel)),
    createGroup: async (group) => openNew(await makers.createGroup(group)),
    async open(channel) {
      if (typeof channel !== 'string') return openNew(await makers.openDm(channel.dm));
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
