/** Conversations with what was said in them: read, also as soon as there is more, opened, changed and deleted. */
import type { Caller } from '../../_shared/caller.ts';
import type { Realtime } from '../../_shared/realtime.ts';
import { type ChatClient, given, isApiKey, run } from '../../_shared/supabase.ts';
import type { ContactRow } from './accounts.ts';
import type { ConversationRow } from './conversations.ts';
import type { MessageRow } from './messages.ts';
import { readUntilChanged, whileWaiting } from './waits.ts';

/** How far all others are with a message. */
type Status = 'sent' | 'delivered' | 'read';

export interface ConversationPage {
  conversation: ConversationRow;
  epoch: number;
  /** Where the next page begins, and where the next changes. */
  last_seq: number;
  last_change: number;
  messages: (MessageRow & { status: Status })[];
  /** Edited since, as they are now. */
  changed: (MessageRow & { status: Status })[];
  /** The ids of those deleted since. */
  deleted: string[];
}

/** `chat.conversation_page`: of composite types the database does not say what is never null. */
type PageRow = Omit<ConversationPage, 'messages' | 'changed'> &
  Record<'messages' | 'changed', { message: MessageRow; status: Status }[]>;

interface PageQuery {
  channelId: string;
  limit: number;
  before?: string | undefined;
  after?: number | undefined;
  /** A number of `last_change`: without one nobody hears of changes. */
  changedAfter?: number | undefined;
  /** Whether what is given out counts as read, or as delivered only. */
  isRead: boolean;
  /** Whether it counts at all: of whoever looks at the headers only it does not. */
  leavesMarks: boolean;
}

async function readPage(
  client: ChatClient,
  { channelId, limit, before, after, changedAfter, isRead, leavesMarks }: PageQuery,
): Promise<ConversationPage> {
  const { messages, changed, ...page } = (await run(
    'read conversation',
    client.rpc(
      'read_conversation_page',
      {
        channel_id: channelId,
        page_size: limit,
        is_read: isRead,
        ...given({ before_id: before, after_seq: after, after_change: changedAfter }),
      },
      { get: !leavesMarks },
    ),
  )) as unknown as PageRow;
  return { ...page, messages: messages.map(withStatus), changed: changed.map(withStatus) };
}

const withStatus = ({ message, status }: PageRow['messages'][number]) => ({ ...message, status });

interface Waiter {
  realtime: Realtime;
  /** Realtime takes no API keys, with which nobody waits. */
  caller: Caller | undefined;
  seconds: number;
  /** Ends when the client goes away. */
  signal: AbortSignal;
}

/** The page as soon as there is something on it, or when the time is over. @throws rate_limited, service_unavailable */
export async function awaitPage(
  client: ChatClient,
  query: PageQuery,
  waiter: Waiter,
): Promise<ConversationPage> {
  const read = () => readPage(client, query);
  const first = await read();
  const { caller, ...waiting } = waiter;
  if (hasNews(first) || waiting.seconds === 0 || !query.leavesMarks || !caller || isApiKey(caller.token)) {
    return first;
  }
  const rewritten = query.changedAfter === undefined ? [] : ['message:updated', 'message:deleted'];
  const hearing = {
    ...waiting,
    token: caller.token,
    topic: `channel:${query.channelId}:${first.epoch}`,
    events: ['message:new', 'channel:moved', ...rewritten],
  };
  const isAsItWas = (page: ConversationPage) => !hasNews(page) && page.epoch === first.epoch;
  return whileWaiting(caller.id, () => readUntilChanged(hearing, first, { read, isAsItWas }));
}

const hasNews = ({ messages, changed, deleted }: ConversationPage) =>
  messages.length + changed.length + deleted.length > 0;

/** The one conversation with one other person, or a new one with several or with a name. @throws user_not_found, too_few_members */
export const openConversation = async (
  client: ChatClient,
  { people, name }: { people: string[]; name?: string | undefined },
) =>
  (await run(
    'start conversation',
    client.rpc('open_conversation', { people, ...given({ name }) }),
  )) as unknown as {
    conversation: ConversationRow;
    is_new: boolean;
  };

/** Names it and adds people. */
export const changeConversation = async (
  client: ChatClient,
  {
    channelId,
    name,
    people,
  }: { channelId: string; name?: string | undefined; people?: string[] | undefined },
) =>
  (await run(
    'change conversation',
    client.rpc('change_conversation', { channel_id: channelId, ...given({ name, people }) }),
  )) as unknown as ConversationRow;

export const deleteConversation = (client: ChatClient, channelId: string) =>
  run('delete conversation', client.rpc('delete_conversation', { channel_id: channelId }));

/** In the order of their usernames, from the one after `after`. */
export const listPeople = (
  client: ChatClient,
  { limit, after }: { limit: number; after?: string | undefined },
) =>
  run(
    'list people',
    client
      .rpc('list_people', { page_size: limit, ...given({ after }) })
      .overrideTypes<ContactRow[], { merge: false }>(),
  );
