/** Channels as lists show them, whatever document asks for them: one call of the database each. */
import { type ChatClient, run } from '../../_shared/supabase.ts';
import type { MessageRow, Person } from './messages.ts';

export interface ChannelRow {
  id: string;
  kind: string;
  slug: string | null;
  name: string | null;
  description: string;
  created_by: string | null;
  created_at: string;
  member_count: number;
}

/**
 * `chat.listed_channel`: of composite types the database does not say what is never null. A group without a name has the
 * names of who is in it.
 */
export interface ListedChannelRow extends ChannelRow {
  unread_count: number;
  last_message: MessageRow | null;
}

export interface DmRow extends ListedChannelRow {
  dm_user_id: string | null;
  /** The caller among them. */
  people: (Person & { status: string })[];
}

interface Page {
  kinds: readonly string[];
  limit: number;
  offset: number;
}

/** The caller's channels of these kinds, the last active first, and how many there are. */
export const listChannels = async (client: ChatClient, { kinds, limit, offset }: Page) =>
  (await run(
    'list channels',
    client.rpc('read_channels', { kinds: [...kinds], page_size: limit, skip: offset }),
  )) as { channels: ListedChannelRow[]; total: number };

export const listDms = (client: ChatClient, page: Omit<Page, 'kinds'>) =>
  listChannels(client, { ...page, kinds: ['dm'] }) as Promise<{ channels: DmRow[]; total: number }>;

/** The direct messages of the caller and somebody else, made on first use. */
export const startDm = async (client: ChatClient, userId: string) =>
  (await run('open direct messages', client.rpc('start_dm', { user_id: userId }))) as DmRow;
