/** Messages of a channel: pages, sending, and a live view that neither loses nor doubles nor misorders. */
import type { ChannelFeed, FeedState } from './internal/channel-feed.ts';
import type { Subscription } from './internal/emitter.ts';
import type { Outbox } from './internal/outbox.ts';
import type { Rest } from './internal/rest.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from './internal/rows.ts';
import type { User } from './users.ts';

export interface Message {
  /** UUIDv7, made before sending: the same before and after the server has it. */
  id: string;
  channelId: string;
  /** Place in the channel, 1, 2, 3 …; null while it is on its way. */
  seq: number | null;
  /** Null when the author's account was deleted. */
  author: User | null;
  body: string;
  createdAt: Date;
  status: 'sending' | 'sent';
}

/** What a live view shows at one moment; a new object at every change. */
export interface MessagesState {
  /** Oldest first, without gaps; own messages on their way come last. */
  messages: readonly Message[];
  /** Whether there are older messages than these: see `loadOlder`. */
  hasOlder: boolean;
  /** Who is typing now, without the caller. */
  typing: readonly User[];
  /** Ids of the members who have this channel open, with the caller. */
  online: readonly string[];
  /** `loading` before the first page, `live`, `offline` while changes cannot arrive, `ended` when the caller is no longer a member or signed out. */
  connection: 'loading' | 'live' | 'offline' | 'ended';
}

export interface MessagesSubscription extends Subscription {
  /** Extends the view by the page before it. @throws `network_unavailable` */
  loadOlder(): Promise<void>;
}

export interface Messages {
  /** A page of up to 200, oldest first: the newest, or the ones next to a seq. @throws `channel_not_found`, `not_a_member`, `invalid_page_size` */
  list(options?: { beforeSeq?: number; afterSeq?: number; limit?: number }): Promise<Message[]>;
  /**
   * Sends a text of 1 to 40,000 characters. Live views show it at once; it is sent once, in order, also after an outage.
   * @throws `message_empty`, `message_too_long`, `channel_not_found`, `not_a_member`, `invalid_input`
   */
  send(body: string): Promise<Message>;
  /** Calls back with the current state and then at every change. */
  subscribe(listener: (state: MessagesState) => void): MessagesSubscription;
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
      const draft = {
        id: uuidV7(),
        channelId,
        seq: null,
        body,
        createdAt: new Date(),
        status: 'sending',
      } as const;
      return outbox.send({ ...draft, author: await deps.me() });
    },
    subscribe(listener) {
      const feed = deps.openFeed();
      const subscription = feed.subscribe((state) => listener(view(state)));
      return { unsubscribe: () => subscription.unsubscribe(), loadOlder: () => feed.loadOlder() };
    },
  };
}

function view({ log, pending, typing, online, connection }: FeedState): MessagesState {
  // One whose answer got lost may stand anywhere in the log by now.
  const known = new Set(pending.length > 0 ? log.map((message) => message.id) : []);
  return {
    messages: [...log, ...pending.filter((message) => !known.has(message.id))],
    hasOlder: (log[0]?.seq ?? 1) > 1,
    typing,
    online,
    connection,
  };
}

/** RFC 9562: 48 bits of Unix milliseconds, then random; ids of one client sort by time. */
function uuidV7(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(
    0,
    (BigInt(Date.now()) << 16n) | BigInt(((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0)),
  );
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
