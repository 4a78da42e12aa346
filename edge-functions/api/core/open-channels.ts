/** What people, or nobody in particular, read of channels that they need not be in: one call of the database each. */
import { type ChatClient, given, run } from '../../_shared/supabase.ts';
import type { MessageRow, Person, Reading } from './messages.ts';

/** `chat.readable_channel`: of composite types the database does not say what is never null. */
export interface ReadableChannelRow {
  id: string;
  name: string;
  description: string;
  created_by: string | null;
  created_at: string;
}

export interface ChannelHistory {
  channel: ReadableChannelRow;
  members: Person[];
  messages: MessageRow[];
}

interface Page {
  limit: number;
  before?: string | undefined;
}

/** A public channel of this name that anybody reads. */
export const openChannel = async (
  client: ChatClient,
  { name, description }: { name: string; description?: string | undefined },
): Promise<ReadableChannelRow> => {
  const row = await run(
    'create channel',
    client.rpc('create_channel', given({ name, description, is_open: true })).single(),
  );
  return { ...row, name };
};

/** Newest first. */
export const listReadableChannels = async (client: ChatClient, { limit, before }: Page) =>
  (await run(
    'list channels',
    client.rpc('list_readable_channels', given({ page_size: limit, before })),
  )) as ReadableChannelRow[];

/** Oldest first. */
export const listReadableMessages = async (
  client: ChatClient,
  { channelId, limit, before }: Page & { channelId: string },
  { leavesMarks }: Reading,
) =>
  (await run(
    'list messages',
    client.rpc(
      'list_readable_messages',
      { channel_id: channelId, page_size: limit, ...given({ before_id: before }) },
      { get: !leavesMarks },
    ),
  )) as unknown as MessageRow[];

export const readHistory = async (
  client: ChatClient,
  { channelId, limit, before }: Page & { channelId: string },
  { leavesMarks }: Reading,
) =>
  (await run(
    'read channel',
    client.rpc(
      'read_history',
      { channel_id: channelId, page_size: limit, ...given({ before_id: before }) },
      { get: !leavesMarks },
    ),
  )) as unknown as ChannelHistory;

interface Message {
  channelId: string;
  content: string;
  fileIds?: string[] | undefined;
  /** Ids or usernames: refused where one is not the caller's. */
  senders?: string[];
}

/** Joins the public channel first that the caller is not in. */
export const joinAndPost = async (client: ChatClient, { channelId, content, fileIds, senders }: Message) =>
  (await run(
    'send message',
    client.rpc('join_and_post', {
      channel_id: channelId,
      body: content,
      ...given({ file_ids: fileIds, senders }),
    }),
  )) as unknown as MessageRow;
