/** Everything that is asked of the server about messages. */
import type { MessageCustom } from '../custom.ts';
import { ChatError } from '../errors.ts';
import type { Message, MessageEdit } from '../messages.ts';
import type { ServerState } from './channel-feed.ts';
import type { Json } from './database.types.ts';
import type { QueuedMessage } from './queued-message.ts';
import type { Rest } from './rest.ts';
import { MESSAGE_COLUMNS, type MessageRow, toMessage, toMessageEdit } from './rows.ts';

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
  /** A page of a thread, oldest first. */
  listReplies(channelId: string, rootSeq: number, options?: PageOptions): Promise<Message[]>;
  /** Messages changed after a change, in the order of their last one. */
  listChanges(channelId: string, afterChange: number, limit: number): Promise<Message[]>;
  get(id: string): Promise<Message>;
  find(channelId: string, seq: number): Promise<Message>;
  send(message: QueuedMessage): Promise<Message>;
  edit(channelId: string, seq: number, changes: { body?: string; custom?: MessageCustom }): Promise<Message>;
  delete(channelId: string, seq: number): Promise<Message>;
  listEdits(channelId: string, seq: number): Promise<MessageEdit[]>;
}

export function createMessageCalls({ client, run }: Rest): MessageCalls {
  const toPage = (rows: unknown, { afterSeq }: PageOptions): Message[] => {
    const messages = (rows as MessageRow[]).map(toMessage);
    return afterSeq === undefined ? messages.reverse() : messages;
  };
  const only = (rows: unknown): Message => {
    const [row] = rows as MessageRow[];
    if (row) return toMessage(row);
    throw new ChatError(
      'message_not_found',
      'unable to read message; it does not exist or is not visible to you',
    );
  };
  const bounds = ({ beforeSeq, afterSeq, limit = 50 }: PageOptions) => ({
    ...(beforeSeq === undefined ? {} : { before_seq: beforeSeq }),
    ...(afterSeq === undefined ? {} : { after_seq: afterSeq }),
    page_size: limit,
  });

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
    async listReplies(channelId, rootSeq, options = {}) {
      const page = { channel_id: channelId, parent_seq: rootSeq, ...bounds(options) };
      return toPage(
        await run('list replies', client.rpc('list_replies', page).select(MESSAGE_COLUMNS)),
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
    send: async ({ id, channelId, body, custom, parentSeq, inChannel, files }) =>
      only(
        await run(
          'send message',
          client
            .rpc('send_message', {
              channel_id: channelId,
              id,
              body,
              custom: custom as Json,
              ...(parentSeq === null ? {} : { parent_seq: parentSeq, also_in_channel: inChannel }),
              ...(files.length === 0 ? {} : { file_ids: files.map(({ info }) => info.id) }),
            })
            .select(MESSAGE_COLUMNS),
        ),
      ),
    edit: async (channelId, seq, { body, custom }) =>
      only(
        await run(
          'edit message',
          client
            .rpc('edit_message', {
              channel_id: channelId,
              seq,
              ...(body === undefined ? {} : { body }),
              ...(custom === undefined ? {} : { custom: custom as Json }),
            })
            .select(MESSAGE_COLUMNS),
        ),
      ),
    delete: async (channelId, seq) =>
      only(
        await run(
          'delete message',
          client.rpc('delete_message', { channel_id: channelId, seq }).select(MESSAGE_COLUMNS),
        ),
      ),
    async listEdits(channelId, seq) {
      const rows = await run('list edits', client.rpc('list_edits', { channel_id: channelId, seq }));
      return rows.map(toMessageEdit);
    },
  };
}
