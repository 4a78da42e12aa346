/** Conversations with what was said in them: read, also as soon as there is more, opened, changed and deleted. */
import type { Realtime } from '../../_shared/realtime.ts';
import { type ChatClient, given, isApiKey, run } from '../../_shared/supabase.ts';
import type { ContactRow } from './accounts.ts';
import type { ConversationRow } from './conversations.ts';
import type { MessageRow } from './messages.ts';
import { whileWaiting } from './waits.ts';

/** `chat.conversation_page`: of composite types the database does not say what is never null. */
export interface ConversationPage {
  conversation: ConversationRow;
  epoch: number;
  last_seq: number;
  messages: { message: MessageRow; status: 'sent' | 'delivered' | 'read' }[];
}

interface PageQuery {
  channelId: string;
  limit: number;
  before?: string | undefined;
  after?: number | undefined;
  /** Whether what is given out counts as read, or as delivered only. */
  isRead: boolean;
  /** Whether it counts at all: of whoever looks at the headers only it does not. */
  leavesMarks: boolean;
}

export const readPage = async (
  client: ChatClient,
  { channelId, limit, before, after, isRead, leavesMarks }: PageQuery,
) =>
  (await run(
    'read conversation',
    client.rpc(
      'read_conversation_page',
      {
        channel_id: channelId,
        page_size: limit,
        is_read: isRead,
        ...given({ before_id: before, after_seq: after }),
      },
      { get: !leavesMarks },
    ),
  )) as unknown as ConversationPage;

interface Waiter {
  realtime: Realtime;
  /** Of whoever waits; Realtime takes no API keys, with which nobody waits. */
  token: string;
  userId: string;
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
  const page = await readPage(client, query);
  if (page.messages.length > 0 || waiter.seconds === 0 || isApiKey(waiter.token)) return page;
  return whileWaiting(waiter.userId, () => listenFor(client, query, waiter, page));
}

async function listenFor(client: ChatClient, query: PageQuery, waiter: Waiter, first: ConversationPage) {
  const { realtime, token, seconds, signal } = waiter;
  const ending = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  const topic = `channel:${query.channelId}:${first.epoch}`;
  const events = ['message:new', 'channel:moved'];
  const ear = await realtime.listen(token, topic, events, ending).catch(async (cause) => {
    if (ending.aborted) return undefined;
    // Whoever has just been removed is refused there, and learns here why.
    await readPage(client, query);
    throw cause;
  });
  if (!ear) return first;
  try {
    // Something may have been said while the subscription was under way.
    let page = await readPage(client, query);
    while (page.messages.length === 0 && page.epoch === first.epoch && !ending.aborted) {
      await ear.next();
      if (signal.aborted) break;
      page = await readPage(client, query);
    }
    return page;
  } finally {
    ear.close();
  }
}

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
