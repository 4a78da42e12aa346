/** Reading, sending and changing messages: one call of the database each, whatever document asks for it. */
import type { Storage } from '../../_shared/storage.ts';
import { type ChatClient, given, run } from '../../_shared/supabase.ts';
import { type FileRow, fileUrls } from './files.ts';

export interface Person {
  id: string;
  username: string;
  name: string;
  avatar_url: string | null;
}

/** `chat.full_message`: of composite types the database does not say what is never null. */
export interface MessageRow {
  id: string;
  channel_id: string;
  /** Null as long as it waits for its time. */
  seq: number | null;
  kind: 'user' | 'system';
  body: string;
  created_at: string;
  edited_at: string | null;
  parent_id: string | null;
  reply_count: number;
  pinned_at: string | null;
  link_preview: { url: string; title: string; description: string; image: string } | null;
  scheduled_for: string | null;
  files: FileRow[];
  author: Person | null;
  reactions: { emoji: string; user_id: string; user_name: string }[];
  reaction_count: number;
}

export interface MessagePage {
  messages: MessageRow[];
  has_more: boolean;
}

export interface ThreadPage {
  parent: MessageRow;
  replies: MessageRow[];
  total: number;
  has_more: boolean;
}

export interface FoundPage {
  hits: {
    message: MessageRow;
    channel: { id: string; kind: string; slug: string | null; name: string | null };
    /** Matches stand between U+0002 and U+0003. */
    snippet: string;
  }[];
  total: number;
  is_total_exact: boolean;
}

interface Page {
  channelId: string;
  limit: number;
  before?: string | undefined;
  after?: string | undefined;
}

interface NewMessage {
  channelId: string;
  content: string;
  id?: string | undefined;
  parentId?: string | undefined;
  fileIds?: string[] | undefined;
  scheduledFor?: string | undefined;
  /** Ids or usernames: refused where one is not the caller's. */
  senders?: string[];
}

interface Search {
  query: string;
  limit: number;
  channelId?: string | undefined;
  from?: string | undefined;
  before?: string | undefined;
  after?: string | undefined;
}

export interface Reading {
  /** Whether what is read counts as read from then on; without, Postgres is asked in a transaction that only reads. */
  leavesMarks: boolean;
}

interface Place {
  channelId: string;
  messageId: string;
}

/** A message in whichever channel of the caller it is. */
type SomePlace = Omit<Place, 'channelId'> & Partial<Place>;

export const readMessages = (
  client: ChatClient,
  { channelId, limit, before, after }: Page,
  { leavesMarks }: Reading,
) =>
  call<MessagePage>(
    'read messages',
    client.rpc(
      'read_messages',
      {
        channel_id: channelId,
        page_size: limit,
        ...(before && { before_id: before }),
        ...(after && { after_id: after }),
      },
      { get: !leavesMarks },
    ),
  );

export const readThread = (
  client: ChatClient,
  { channelId, messageId, limit, after }: Place & Omit<Page, 'before'>,
  { leavesMarks }: Reading,
) =>
  call<ThreadPage>(
    'read thread',
    client.rpc(
      'read_thread',
      { channel_id: channelId, id: messageId, page_size: limit, ...(after && { after_id: after }) },
      { get: !leavesMarks },
    ),
  );

export const readPins = (client: ChatClient, channelId: string) =>
  call<MessagePage>('read pins', client.rpc('read_pins', { channel_id: channelId }));

export const findMessages = (client: ChatClient, { query, limit, channelId, from, before, after }: Search) =>
  call<FoundPage>(
    'search',
    client.rpc('find_messages', {
      query,
      page_size: limit,
      ...(channelId && { channel_id: channelId }),
      ...(from && { from_id: from }),
      ...(before && { before }),
      ...(after && { after }),
    }),
  );

export const postMessage = (client: ChatClient, message: NewMessage) =>
  call<MessageRow>(
    'send message',
    client.rpc('post_message', {
      channel_id: message.channelId,
      body: message.content,
      ...(message.id && { id: message.id }),
      ...(message.parentId && { parent_id: message.parentId }),
      ...(message.fileIds && { file_ids: message.fileIds }),
      ...(message.scheduledFor && { scheduled_for: message.scheduledFor }),
      ...given({ senders: message.senders }),
    }),
  );

export const editMessage = (client: ChatClient, { channelId, messageId }: SomePlace, content: string) =>
  call<MessageRow>(
    'edit message',
    client.rpc('edit_message_by_id', { id: messageId, body: content, ...given({ channel_id: channelId }) }),
  );

export const deleteMessage = (client: ChatClient, { channelId, messageId }: SomePlace) =>
  run(
    'delete message',
    client.rpc('delete_message_by_id', { id: messageId, ...given({ channel_id: channelId }) }),
  );

/** Instead of the caller's other reactions. */
export const react = (client: ChatClient, { channelId, messageId }: Place, emoji: string) =>
  run('react', client.rpc('react_by_id', { channel_id: channelId, id: messageId, emoji }).single());

export const unreact = (client: ChatClient, { channelId, messageId }: Place) =>
  run('remove reaction', client.rpc('unreact_by_id', { channel_id: channelId, id: messageId }));

export const pinMessage = (client: ChatClient, { channelId, messageId }: Place, isPinned: boolean) =>
  run(
    isPinned ? 'pin message' : 'unpin message',
    client.rpc('pin_message_by_id', { channel_id: channelId, id: messageId, is_pinned: isPinned }),
  );

const call = async <T>(operation: string, query: Parameters<typeof run<unknown>>[1]): Promise<T> =>
  (await run(operation, query)) as T;

/** Where the files of these messages can be read, by their ids. */
export const urlsOf = (storage: Storage, messages: MessageRow[]) =>
  fileUrls(
    storage,
    messages.flatMap(({ files }) => files),
  );
