/** What changes a channel itself: its name, its state, its owner, and what it is to the caller. */
import type { ChannelSettings, ChannelVerbs } from './channel.ts';
import type { Feeds } from './internal/feeds.ts';
import { insisting } from './internal/insisting.ts';
import type { Rest } from './internal/rest.ts';

/** @param changed shows what was done, in the channel's info and in the live list */
export function createChannelVerbs(
  { rest, feeds }: { rest: Rest; feeds: Pick<Feeds, 'all'> },
  id: string,
  changed: () => Promise<void>,
): ChannelVerbs {
  const { client, run } = rest;

  async function archive(isArchived: boolean): Promise<void> {
    const operation = isArchived ? 'archive channel' : 'unarchive channel';
    await run(operation, client.rpc('archive_channel', { channel_id: id, is_archived: isArchived }));
    await changed();
  }

  return {
    async join() {
      const [row] = await insisting(async () => run('join', client.rpc('join_channel', { channel_id: id })));
      if (row) feeds.all.get(id)?.note({ epoch: row.epoch });
      await changed();
    },
    async leave() {
      await run('leave', client.rpc('leave_channel', { channel_id: id }));
      await changed();
    },
    async markUnread(seq) {
      await run('mark as unread', client.rpc('mark_unread', { channel_id: id, seq }));
    },
    async update({ custom, ...changes }) {
      const data = custom === undefined ? {} : { custom: custom as never };
      await run('update channel', client.rpc('update_channel', { channel_id: id, ...changes, ...data }));
      await changed();
    },
    archive: () => archive(true),
    unarchive: () => archive(false),
    async delete() {
      await run('delete channel', client.rpc('delete_channel', { channel_id: id }));
      await changed();
    },
    async transfer(userId) {
      await run('transfer channel', client.rpc('transfer_channel', { channel_id: id, user_id: userId }));
      await changed();
    },
    async setSettings(changes) {
      await run(
        'set what the channel is to you',
        client.rpc('set_channel_state', { channel_id: id, ...toStateChanges(changes) }),
      );
      await changed();
    },
  };
}

function toStateChanges({ isPinned, mutedUntil, isHidden, notifyLevel }: Partial<ChannelSettings>) {
  return {
    ...(isPinned === undefined ? {} : { is_pinned: isPinned }),
    ...(mutedUntil === undefined ? {} : { is_muted: mutedUntil !== null }),
    ...(mutedUntil instanceof Date ? { muted_until: mutedUntil.toISOString() } : {}),
    ...(isHidden === undefined ? {} : { is_hidden: isHidden }),
    ...(notifyLevel === undefined ? {} : { notify_level: notifyLevel ?? 'default' }),
  };
}
