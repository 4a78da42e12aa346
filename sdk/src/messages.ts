/** Messages of a channel: pages, sending, and a live view that neither loses nor doubles nor misorders. */
import type { MessageCustom } from './custom.ts';
import { ChatError } from './errors.ts';
import type { FileInfo, FileSource } from './files.ts';
import { toBlob } from './internal/blob.ts';
import { type Subscription, tell } from './internal/emitter.ts';
import type { Feeds } from './internal/feeds.ts';
import type { MessageCalls } from './internal/message-calls.ts';
import { createMessageView } from './internal/message-view.ts';
import type { Outbox } from './internal/outbox.ts';
import type { Overlays } from './internal/overlays.ts';
import type { QueuedMessage } from './internal/queued-message.ts';
import { uuidV7 } from './internal/uuid.ts';
import type { MessageChanges } from './message-changes.ts';
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
  /** How much of its files is uploaded while it is on its way, 0 to 1; null otherwise. */
  progress: number | null;
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
  /** When this text was written. */
  writtenAt: Date;
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

export interface MessagesDeps {
  calls: MessageCalls;
  outbox: Outbox;
  overlays: Overlays;
  feeds: Feeds;
  /** The signed-in user, as far as it is known without asking the server. @throws `not_signed_in` */
  author(): Promise<User>;
}

/** @param onSend called when something is sent */
export function createMessages(
  deps: MessagesDeps,
  channelId: string,
  onSend: () => void,
): Omit<Messages, keyof MessageChanges | 'listEdits'> {
  const { calls, outbox, overlays, feeds } = deps;
  return {
    list: (options) => calls.list(channelId, options),
    send(body, options) {
      onSend();
      return sendMessage(deps, { channelId, body, parentSeq: null, inChannel: true }, options);
    },
    retry: outbox.retry,
    discard: outbox.discard,
    subscribe(listener, { around } = {}) {
      const feed = feeds.of(channelId);
      return createMessageView({
        channelId,
        feed,
        outbox,
        overlays,
        accepts: ({ inChannel }) => inChannel,
        fetch: (options) => calls.list(channelId, options),
        get: calls.get,
        listener: (state) => tell(listener, { ...state, typing: feed.typing, online: feed.online }),
        around,
      });
    },
  };
}

/** Queues a message, to a channel or a thread. */
export async function sendMessage(
  { outbox, author }: Pick<MessagesDeps, 'outbox' | 'author'>,
  message: Pick<QueuedMessage, 'channelId' | 'body' | 'parentSeq' | 'inChannel'>,
  { custom = {}, files = [] }: SendOptions = {},
): Promise<Message> {
  if (message.body.trim() === '' && files.length === 0) {
    throw new ChatError('message_empty', 'unable to send message; it has neither text nor files');
  }
  const { channelId } = message;
  return outbox.send({
    ...message,
    id: uuidV7(),
    author: await author(),
    custom,
    createdAt: new Date(),
    files: files.map((file) => toQueuedFile(channelId, file)),
    refusal: null,
  });
}

function toQueuedFile(channelId: string, file: FileSource | FileInfo): QueuedMessage['files'][number] {
  if ('id' in file) return { info: file, blob: null };
  const blob = toBlob(file);
  const { name = 'file' } = file as { name?: string };
  const id = uuidV7();
  const info = {
    id,
    channelId,
    name,
    mimeType: blob.type,
    size: blob.size,
    path: `${channelId}/${id}`,
    width: null,
    height: null,
  };
  return { info, blob };
}
