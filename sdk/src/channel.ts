/** One channel: what the caller knows of it and everything that can be done with it. */
import type { Capability } from './capabilities.ts';
import type { ChannelInfo, ChannelsState } from './channels.ts';
import type { ChannelCustom } from './custom.ts';
import type { ChannelFiles } from './files.ts';
import type { Subscription } from './internal/emitter.ts';
import type { Rest } from './internal/rest.ts';
import type { Members } from './members.ts';
import type { Connection, Messages } from './messages.ts';
import type { Pins } from './pins.ts';
import type { Reactions } from './reactions.ts';
import type { Receipts } from './receipts.ts';
import type { Thread } from './threads.ts';
import type { Typing } from './typing.ts';

/** What a channel is to the caller; nobody else sees it. */
export interface ChannelSettings {
  /** At the top of the caller's list. */
  isPinned: boolean;
  /** Until when it makes no noise and counts in no total but that of mentions; null for not muted. */
  mutedUntil: Date | 'forever' | null;
  /** Out of sight until something new is said. */
  isHidden: boolean;
  /** Null for the general level of `preferences`. */
  notifyLevel: 'all' | 'mentions' | 'nothing' | null;
}

/** What is missing stays as it is; an empty `name` takes the name away. */
export interface ChannelChanges {
  slug?: string;
  name?: string;
  description?: string;
  kind?: 'public' | 'private';
  custom?: ChannelCustom;
}

export interface ChannelState {
  /** Null while the caller is not in it. */
  info: ChannelInfo | null;
  connection: Connection;
}

export interface Channel {
  readonly id: string;
  /**
   * What was last heard of it: when it was opened, by `subscribe`, and after everything done through this object.
   * Null while the caller is not a member of this public channel.
   */
  readonly info: ChannelInfo | null;
  readonly messages: Messages;
  /** The replies to a message. */
  thread(rootSeq: number): Thread;
  readonly members: Members;
  readonly reactions: Reactions;
  readonly pins: Pins;
  readonly receipts: Receipts;
  readonly files: ChannelFiles;
  readonly typing: Typing;
  /** Whether the caller may do this now, as far as `info` tells. */
  can(capability: Capability): boolean;
  /** Calls back with the channel's info and then at every change: name, unread counts, capabilities, archived … */
  subscribe(listener: (state: ChannelState) => void): Subscription;
  /** @throws `channel_not_found`, `user_banned`, `channel_archived` */
  join(): Promise<void>;
  /** Needs the capability `leave`. @throws `dm_is_permanent`, `creator_cannot_leave` */
  leave(): Promise<void>;
  /** Changes what is given. Needs `update_channel`. @throws `not_a_channel_admin`, `channel_archived`, `dm_is_permanent`, `slug_taken`, `invalid_slug`, `invalid_name`, `invalid_description`, `invalid_custom`, `invalid_channel_kind` */
  update(changes: ChannelChanges): Promise<void>;
  /** Makes it read-only. Needs `archive`. @throws `not_a_channel_admin`, `dm_is_permanent` */
  archive(): Promise<void>;
  /** Needs `archive`. @throws `not_a_channel_admin`, `dm_is_permanent` */
  unarchive(): Promise<void>;
  /** Takes it away for everybody. Needs `delete_channel`. @throws `not_the_creator`, `not_a_channel_admin`, `dm_is_permanent` */
  delete(): Promise<void>;
  /** Makes another member its owner. Needs `delete_channel`. @throws `not_the_creator`, `not_a_channel_admin`, `member_not_found`, `dm_is_permanent` */
  transfer(userId: string): Promise<void>;
  /** Pins, mutes or hides it for the caller, or sets its level of notifications; what is missing stays. @throws `not_a_member`, `channel_not_found`, `invalid_notify_level`, `invalid_time` */
  setSettings(changes: Partial<ChannelSettings>): Promise<void>;
  /** Marks everything up to a seq as read, by default all; a marker never moves back. @throws `not_a_member`, `channel_not_found`, `invalid_seq` */
  markRead(seq?: number): Promise<void>;
  /** Marks the message with this seq and all after it as unread. @throws `not_a_member`, `channel_not_found`, `invalid_seq` */
  markUnread(seq: number): Promise<void>;
}

export interface ChannelDeps {
  rest: Rest;
  /** The caller's view of a channel; null while not a member. */
  find(channelId: string): Promise<ChannelInfo | null>;
  /** Tells the live list that the channel has changed. */
  refresh(channelId: string): void;
  subscribeToList(listener: (state: ChannelsState) => void): Subscription;
}

/** What changes the channel itself, or what it is to the caller. */
export type ChannelVerbs = Pick<
  Channel,
  'join' | 'leave' | 'markUnread' | 'update' | 'archive' | 'unarchive' | 'delete' | 'transfer' | 'setSettings'
>;

/** What it consists of. */
export type ChannelParts = ChannelVerbs &
  Pick<Channel, 'thread' | 'messages' | 'members' | 'reactions' | 'pins' | 'receipts' | 'files' | 'typing'>;

export function createChannel(
  deps: ChannelDeps,
  id: string,
  found: ChannelInfo | null,
  createParts: (changed: () => Promise<void>) => ChannelParts,
): Channel {
  const { client, run } = deps.rest;
  let info = found;
  let finds = 0;

  /** What was done shows at once, in `info` and in the live list. */
  async function changed(): Promise<void> {
    deps.refresh(id);
    finds += 1;
    const mine = finds;
    const now = await deps.find(id);
    // Answers may come in another order than they were asked for.
    if (mine === finds) info = now;
  }

  return {
    ...createParts(changed),
    id,
    get info() {
      return info;
    },
    can: (capability) => info?.capabilities.includes(capability) ?? false,
    subscribe(listener) {
      let last: ChannelState | undefined;
      return deps.subscribeToList(({ channels, connection }) => {
        const next = channels.find((channel) => channel.id === id) ?? null;
        if (last && last.info === next && last.connection === connection) return;
        // While the list is loading it knows of nothing, and that is no reason to forget.
        if (connection !== 'loading' || next) info = next;
        last = { info: next, connection };
        listener({ info, connection });
      });
    },
    async markRead(seq = Number.MAX_SAFE_INTEGER) {
      await run('mark as read', client.rpc('mark_read', { channel_id: id, seq }));
    },
  };
}
