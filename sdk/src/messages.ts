/** Messages of a channel: pages, sending, and a live view that neither loses nor doubles nor misorders. */
import type { MessageCustom } from './custom.ts';
import type { ChatError } from './errors.ts';
import type { FileInfo, FileSource } from './files.ts';
import type { ChannelFeed, FeedState } from './internal/channel-feed.ts';
import type { Subscription } from './internal/emitter.ts';
import type { Outbox } from './internal/outbox.ts';
import type { Rest } from './internal/rest.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from './internal/rows.ts';
import { uuidV7 } from './internal/uuid.ts';
import type { User } from './users.ts';

/** One emoji under a message. */
export interface ReactionCount {
  emoji: string;
  count: number;
  /** Whether the caller is among those who chose it. */
  isMine: boolean;
}

export interface Message {
  /** UUIDv7, made before sending: the same before and after the server has it. */
  id: string;
  channelId: string;
  /** Place in the channel, 1, 2, 3 …; null while it is on its way. */
  seq: number | null;
  /** `system` for what Confab itself says, such as who joined; then `custom.event` tells what. */
  kind: 'user' | 'system';
  /** Null when the author's account was deleted, and for some system messages. */
  author: User | null;
  /** Empty once the message is deleted, or when it has only files. */
  body: string;
  custom: MessageCustom;
  createdAt: Date;
  editedAt: Date | null;
  /** When it was deleted; what is left is its place. */
  deletedAt: Date | null;
  /** seq of the message that this one replies to, the root of a thread. */
  parentSeq: number | null;
  /** Whether it is shown in the channel: everything but pure replies in threads. */
  inChannel: boolean;
  replyCount: number;
  lastReplyAt: Date | null;
  /** The last people who replied, at most five. */
  replyUserIds: readonly string[];
  reactions: readonly ReactionCount[];
  pinnedAt: Date | null;
  mentions: { userIds: readonly string[]; everyone: 'here' | 'channel' | null };
  files: readonly FileInfo[];
  /** Higher after every change of this message; 0 before the first. */
  change: number;
  /** `pending` on its way, `failed` when the server refused it: see `retry` and `discard`. */
  status: 'pending' | 'sent' | 'failed';
  /** Why it failed. */
  error: ChatError | null;
}

/** What a live view shows at one moment; a new object at every change. */
export interface MessagesState {
  /** Oldest first, without gaps; own messages on their way come last, once the view shows the newest. */
  messages: readonly Message[];
  /** Whether there are older messages than these: see `loadOlder`. */
  hasOlder: boolean;
  /** Whether there are newer ones, after a jump: see `loadNewer` and `backToNewest`. */
  hasNewer: boolean;
  /** Who is typing now, without the caller. */
  typing: readonly User[];
  /** Ids of the members who have this channel open, with the caller. */
  online: readonly string[];
  /** `loading` before the first page, `live`, `offline` while changes cannot arrive, `ended` when the caller is no longer a member or signed out. */
  connection: Connection;
}

export type Connection = 'loading' | 'live' | 'offline' | 'ended';

/** A window on the history. It holds at most 1,000 messages: what it drops at the far end can be loaded again. */
export interface MessagesSubscription extends Subscription {
  /** Extends the window by the page before it. @throws `network_unavailable` */
  loadOlder(): Promise<void>;
  /** Extends the window by the page after it. @throws `network_unavailable` */
  loadNewer(): Promise<void>;
  /** Moves the window to the messages around one of them, by seq or id. @throws `message_not_found`, `network_unavailable` */
  jumpTo(message: number | string): Promise<void>;
  /** Moves the window to the newest page. @throws `network_unavailable` */
  backToNewest(): Promise<void>;
}

export interface SendOptions {
  custom?: MessageCustom;
  /** Uploaded first, unless they are; they wait for the network with the message, also over a reload. */
  files?: readonly (FileSource | FileInfo)[];
}

/** An earlier text of a message. */
export interface MessageEdit {
  body: string;
  custom: MessageCustom;
  /** When this text was replaced. */
  replacedAt: Date;
}

export interface Messages {
  /** A page of up to 200, oldest first: the newest, or the ones next to a seq. @throws `channel_not_found`, `not_a_member`, `invalid_page_size` */
  list(options?: { beforeSeq?: number; afterSeq?: number; limit?: number }): Promise<Message[]>;
  /**
   * Sends a text of 1 to 40,000 characters. Live views show it at once; it is sent once, in order, also after an outage or a
   * reload. Rejects when the server refuses it; the message then stays in live views as `failed`.
   * @throws `message_empty`, `message_too_long`, `channel_not_found`, `not_a_member`, `invalid_input`
   */
  send(body: string, options?: SendOptions): Promise<Message>;
  /** Changes the text or the data of an own message; views show it at once. @throws `message_not_found`, `not_allowed`, `edit_window_closed` */
  edit(seq: number, changes: { body?: string; custom?: MessageCustom }): Promise<Message>;
  /** Deletes a message; its place stays. Views show it at once. @throws `message_not_found`, `not_allowed` */
  delete(seq: number): Promise<Message>;
  /** Earlier texts, newest first. @throws `message_not_found` */
  listEdits(seq: number): Promise<MessageEdit[]>;
  /** Sends a failed message again. */
  retry(id: string): Promise<Message>;
  /** Gives up a message that is failed or still waits. */
  discard(id: string): Promise<void>;
  /** Calls back with the current state and then at every change; begins around a seq, or at the newest. */
  subscribe(
    listener: (state: MessagesState) => void,
    options?: { around?: number | undefined },
  ): MessagesSubscription;
}

/** A page from the server, oldest first. */
export async function fetchMessages(
  { client, run }: Rest,
  channelId: string,
  options: { beforeSeq?: number; afterSeq?: number; limit?: number } = {},
): Promise<Message[]> {
  const { beforeSeq, afterSeq, limit = 50 } = options;
  const rows = await run(
    'list messages',
    client
      .rpc('list_messages', {
        channel_id: channelId,
        page_size: limit,
        ...(beforeSeq === undefined ? {} : { before_seq: beforeSeq }),
        ...(afterSeq === undefined ? {} : { after_seq: afterSeq }),
      })
      .select(MESSAGE_COLUMNS),
  );
  const messages = (rows as unknown as MessageRow[]).map(toMessage);
  return afterSeq === undefined ? messages.reverse() : messages;
}

/** Hands a message to the server; its id makes a repetition harmless. */
export async function postMessage({ client, run }: Rest, message: Message): Promise<Message> {
  const row = await run(
    'send message',
    client
      .rpc('send_message', { channel_id: message.channelId, body: message.body, id: message.id })
      .select(MESSAGE_COLUMNS)
      .single(),
  );
  return toMessage(row as unknown as MessageRow);
}

export function createMessages(deps: {
  rest: Rest;
  outbox: Outbox;
  channelId: string;
  /** The channel's feed, shared by all its views. */
  openFeed(): ChannelFeed;
  me(): Promise<User>;
}): Messages {
  const { rest, outbox, channelId } = deps;
  return {
    list: (options) => fetchMessages(rest, channelId, options),
    async send(body) {
      return outbox.send({
        id: uuidV7(),
        channelId,
        seq: null,
        kind: 'user',
        author: await deps.me(),
        body,
        custom: {},
        createdAt: new Date(),
        editedAt: null,
        deletedAt: null,
        parentSeq: null,
        inChannel: true,
        replyCount: 0,
        lastReplyAt: null,
        replyUserIds: [],
        reactions: [],
        pinnedAt: null,
        mentions: { userIds: [], everyone: null },
        files: [],
        change: 0,
        status: 'pending',
        error: null,
      });
    },
    edit: later,
    delete: later,
    listEdits: later,
    retry: later,
    discard: later,
    subscribe(listener) {
      const feed = deps.openFeed();
      const subscription = feed.subscribe((state) => listener(view(state)));
      return {
        unsubscribe: () => subscription.unsubscribe(),
        loadOlder: () => feed.loadOlder(),
        loadNewer: later,
        jumpTo: later,
        backToNewest: later,
      };
    },
  };
}

function view({ log, pending, typing, online, connection }: FeedState): MessagesState {
  // One whose answer got lost may stand anywhere in the log by now.
  const known = new Set(pending.length > 0 ? log.map((message) => message.id) : []);
  return {
    messages: [...log, ...pending.filter((message) => !known.has(message.id))],
    hasOlder: (log[0]?.seq ?? 1) > 1,
    hasNewer: false,
    typing,
    online,
    connection,
  };
}

const later = (): Promise<never> => Promise.reject(new Error('unable to do this; it is being built'));
