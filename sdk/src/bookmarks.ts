/** Messages that the caller keeps for later; nobody else sees them. */
import type { Subscription } from './internal/emitter.ts';
import { BOOKMARK_COLUMNS, type BookmarkRow, toBookmark } from './internal/item-rows.ts';
import { createLiveValue } from './internal/live-value.ts';
import type { Rest } from './internal/rest.ts';
import { exactTime } from './internal/rows.ts';
import type { UserFeed } from './internal/user-feed.ts';
import type { Connection, Message } from './messages.ts';

export interface Bookmark {
  channelId: string;
  seq: number;
  note: string | null;
  createdAt: Date;
  /** Null once the caller has left the channel. */
  message: Message | null;
}

export interface BookmarksState {
  /** Last kept first, at most 100; a new array at every change. */
  bookmarks: readonly Bookmark[];
  connection: Connection;
}

export interface Bookmarks {
  /** A page, last kept first, at most 100; pass the last one to get the next. */
  list(options?: { after?: Bookmark; limit?: number }): Promise<Bookmark[]>;
  /** Keeps a message, with a note of at most 500 characters; kept already, it gets the new note. @throws `message_not_found`, `not_a_member`, `channel_not_found`, `invalid_note` */
  add(channelId: string, seq: number, options?: { note?: string }): Promise<void>;
  /** Keeps it no longer; no effect when it was not kept. */
  remove(channelId: string, seq: number): Promise<void>;
  /** Calls back with the last 100 and then at every change; what another device does shows within a minute. */
  subscribe(listener: (state: BookmarksState) => void): Subscription;
}

const PAGE = 100;

export function createBookmarks(deps: { rest: Rest; userFeed: UserFeed }): Bookmarks & { end(): void } {
  const { client, run } = deps.rest;

  const list: Bookmarks['list'] = async ({ after, limit = PAGE } = {}) => {
    let rows = client.from('bookmarks').select(BOOKMARK_COLUMNS);
    if (after) {
      const time = exactTime(after.createdAt);
      const { channelId, seq } = after;
      rows = rows.or(
        `created_at.lt."${time}",and(created_at.eq."${time}",or(channel_id.gt.${channelId},and(channel_id.eq.${channelId},seq.gt.${seq})))`,
      );
    }
    const page = rows.order('created_at', { ascending: false }).order('channel_id').order('seq');
    const found = await run('list bookmarks', page.limit(Math.min(limit, PAGE)));
    return (found as unknown as BookmarkRow[]).map(toBookmark);
  };

  const live = createLiveValue<{ bookmarks: readonly Bookmark[] }>({
    feed: deps.userFeed,
    initial: { bookmarks: [] },
    load: async () => ({ bookmarks: await list() }),
    apply: (value) => value,
  });

  return {
    list,
    async add(channelId, seq, { note } = {}) {
      const said = note === undefined ? {} : { note };
      await run('bookmark message', client.rpc('add_bookmark', { channel_id: channelId, seq, ...said }));
      live.change(() => null);
    },
    async remove(channelId, seq) {
      await run('remove bookmark', client.rpc('remove_bookmark', { channel_id: channelId, seq }));
      live.change(({ bookmarks }) => ({
        bookmarks: bookmarks.filter((kept) => kept.channelId !== channelId || kept.seq !== seq),
      }));
    },
    subscribe: live.subscribe,
    end: live.end,
  };
}
