/** Search: in what was said where the caller is, and for people and channels by name. */
import { ChatError } from './errors.ts';
import {
  type FoundChannelRow,
  type SearchHitRow,
  toFoundChannel,
  toSearchHit,
} from './internal/item-rows.ts';
import { MEMBER_COLUMNS, type MemberRow, toMember } from './internal/people-rows.ts';
import type { Rest } from './internal/rest.ts';
import { PROFILE_COLUMNS, toUser } from './internal/rows.ts';
import type { Member } from './members.ts';
import type { Message } from './messages.ts';
import type { User } from './users.ts';

export interface SearchOptions {
  /** Only in this channel. */
  channelId?: string;
  /** Only what this person wrote. */
  fromId?: string;
  /** Only what was sent before, or after, this moment. */
  before?: Date;
  after?: Date;
  /** Newest first by default; `relevance` puts the best of the newest hits first, of 50 to 500 of them. */
  sort?: 'newest' | 'relevance';
  /** Hits in a page, at most 50. */
  limit?: number;
  /** `next` of the page before. */
  cursor?: string;
}

export interface SearchHit {
  message: Message;
  channel: { id: string; kind: FoundChannel['kind']; slug: string | null; name: string };
  /** What stands around the first match, in pieces; none of it is HTML. */
  snippet: { text: string; isMatch: boolean }[];
}

export interface SearchPage {
  hits: SearchHit[];
  /** The cursor of the next page; null when this is the last one. */
  next: string | null;
  /** How many messages match; at least as many when `isTotalExact` is false, which it is beyond 1,000. */
  total: number;
  isTotalExact: boolean;
}

/** A channel found by name: the caller's, or a public one. */
export interface FoundChannel {
  id: string;
  kind: 'public' | 'private' | 'group' | 'dm';
  slug: string | null;
  name: string;
  description: string;
  archivedAt: Date | null;
}

export interface NameOptions {
  /** The id of the last one of the page before. */
  after?: string;
  limit?: number;
}

export interface Search {
  /**
   * Messages of the caller's channels: words (the last one may be unfinished), `"phrases"`, `word*`, `-not`, and the filters
   * `from:@ada in:#general before:2026-05-31 after: on: during: has:link|code|file|image|reaction|pin is:thread|edited|pinned`.
   *
   * @throws `invalid_search`, `channel_not_found`, `not_a_member`
   * @example
   * const { hits } = await chat.search.messages('release from:@ada has:link');
   */
  messages(query: string, options?: SearchOptions): Promise<SearchPage>;
  /** People by username or name, best first, typos forgiven. @throws `invalid_search` */
  users(query: string, options?: NameOptions): Promise<User[]>;
  /** The caller's channels and public ones by slug, name or description, best first. @throws `invalid_search` */
  channels(query: string, options?: NameOptions): Promise<FoundChannel[]>;
  /** Members of a channel by the beginning of a name, as somebody types a mention. @throws `invalid_search`, `channel_not_found` */
  members(channelId: string, query: string, options?: NameOptions): Promise<Member[]>;
}

/** A time as the database reads it, which no date has that is invalid or beyond the year 9999. */
function moment(date: Date): string {
  const time = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  if (!/^\d/.test(time))
    throw new ChatError('invalid_search', 'unable to search; before and after are dates up to the year 9999');
  return time;
}

export function createSearch({ client, run }: Rest): Search {
  const page = ({ after, limit }: NameOptions) => ({
    ...(after === undefined ? {} : { after }),
    ...(limit === undefined ? {} : { page_size: limit }),
  });

  return {
    async messages(query, { channelId, fromId, before, after, sort, limit, cursor } = {}) {
      const rows = (await run(
        'search',
        client.rpc('search_messages', {
          query,
          ...(channelId === undefined ? {} : { channel_id: channelId }),
          ...(fromId === undefined ? {} : { from_id: fromId }),
          ...(before === undefined ? {} : { before: moment(before) }),
          ...(after === undefined ? {} : { after: moment(after) }),
          ...(sort === undefined ? {} : { sort }),
          ...(limit === undefined ? {} : { page_size: limit }),
          ...(cursor === undefined ? {} : { cursor }),
        }),
      )) as unknown as SearchHitRow[];
      const last = rows.at(-1);
      return {
        hits: rows.map(toSearchHit),
        next: last?.next_cursor ?? null,
        total: last?.total ?? 0,
        isTotalExact: last?.is_total_exact ?? true,
      };
    },
    async users(query, options = {}) {
      const call = client.rpc('search_users', { query, ...page(options) }).select(PROFILE_COLUMNS);
      return (await run('search users', call)).map(toUser);
    },
    async channels(query, options = {}) {
      const rows = await run('search channels', client.rpc('search_channels', { query, ...page(options) }));
      return (rows as FoundChannelRow[]).map(toFoundChannel);
    },
    async members(channelId, query, options = {}) {
      const call = client.rpc('search_members', { channel_id: channelId, query, ...page(options) });
      return ((await run('search members', call.select(MEMBER_COLUMNS))) as MemberRow[]).map(toMember);
    },
  };
}
