/** Everything that is asked of the server about messages. */
import { ChatError } from '../errors.ts';
import type { Message } from '../messages.ts';
import type { ServerState } from './channel-feed.ts';
import type { Rest } from './rest.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessage } from './rows.ts';

export interface PageOptions {
  beforeSeq?: number | undefined;
  afterSeq?: number | undefined;
  limit?: number | undefined;
}

export interface MessageCalls {
  /** Where a channel is, or null when the caller is no member. */
  state(channelId: string): Promise<ServerState | null>;
  /** A page of a channel, oldest first. */
  list(channelId: string, options?: PageOptions & { withReplies?: boolean }): Promise<Message[]>;
  /** Messages changed after a change, in the order of their last one. */
  listChanges(channelId: string, afterChange: number, limit: number): Promise<Message[]>;
  get(id: string): Promise<Message>;
  find(channelId: string, seq: number): Promise<Message>;
}

/** The message that an answer consists of. @throws `message_not_found` */
export function only(rows: unknown): Message {
  const [row] = rows as MessageRow[];
  if (row) return toMessage(row);
  throw new ChatError(
    'message_not_found',
    'unable to read message; it does not exist or is not visible to you',
  );
}

/** The messages that an answer consists of, oldest first. */
export const toPage = (rows: unknown, { afterSeq }: PageOptions): Message[] => {
  const messages = (rows as MessageRow[]).map(toMessage);
  return afterSeq === undefined ? messages.reverse() : messages;
};

/** Which page, as the database wants to be told. */
export const bounds = ({ beforeSeq, afterSeq, limit = 50 }: PageOptions) => ({
  ...(beforeSeq === undefined ? {} : { before_seq: beforeSeq }),
  ...(afterSeq === undefined ? {} : { after_seq: afterSeq }),
  page_size: limit,
});

export function createMessageCalls({ client, run }: Rest): MessageCalls {
  return {
    async state(channelId) {
      const [row] = await run(
        'read channel',
        client.from('my_channels').select('last_seq, last_change, epoch, member_count').eq('id', channelId),
      );
      return row
        ? {
            lastSeq: row.last_seq as number,
            lastChange: row.last_change as number,
            epoch: row.epoch as number,
            memberCount: row.member_count as number,
          }
        : null;
    },
    async list(channelId, options = {}) {
      const page = { channel_id: channelId, with_replies: options.withReplies ?? false, ...bounds(options) };
      return toPage(
        await run('list messages', client.rpc('list_messages', page).select(MESSAGE_COLUMNS)),
        options,
      );
    },
    async listChanges(channelId, afterChange, limit) {
      const page = { channel_id: channelId, after_change: afterChange, page_size: limit };
      const rows = await run('list changes', client.rpc('list_changes', page).select(MESSAGE_COLUMNS));
      return (rows as unknown as MessageRow[]).map(toMessage);
    },
    get: async (id) =>
      only(await run('read message', client.rpc('get_message', { id }).select(MESSAGE_COLUMNS))),
    find: async (channelId, seq) =>
      only(
        await run(
          'read message',
          client.from('messages').select(MESSAGE_COLUMNS).eq('channel_id', channelId).eq('seq', seq),
        ),
      ),
  };
}
