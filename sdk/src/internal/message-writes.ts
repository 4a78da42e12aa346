/** Everything that is told the server about messages; each call answers with the message as it is then. */
import type { MessageCustom } from '../custom.ts';
import type { Message } from '../messages.ts';
import type { Json } from './database.types.ts';
import { only } from './message-calls.ts';
import type { QueuedMessage } from './queued-message.ts';
import type { Rest } from './rest.ts';
import { MESSAGE_COLUMNS } from './rows.ts';

export interface MessageWrites {
  send(message: QueuedMessage): Promise<Message>;
  edit(channelId: string, seq: number, changes: { body?: string; custom?: MessageCustom }): Promise<Message>;
  delete(channelId: string, seq: number): Promise<Message>;
}

export function createMessageWrites({ client, run }: Rest): MessageWrites {
  return {
    async send({ id, channelId, body, custom, parentSeq, inChannel, files }) {
      const call = client.rpc('send_message', {
        channel_id: channelId,
        id,
        body,
        custom: custom as Json,
        ...(parentSeq === null ? {} : { parent_seq: parentSeq, also_in_channel: inChannel }),
        ...(files.length === 0 ? {} : { file_ids: files.map(({ info }) => info.id) }),
      });
      return only(await run('send message', call.select(MESSAGE_COLUMNS)));
    },
    async edit(channelId, seq, { body, custom }) {
      const call = client.rpc('edit_message', {
        channel_id: channelId,
        seq,
        ...(body === undefined ? {} : { body }),
        ...(custom === undefined ? {} : { custom: custom as Json }),
      });
      return only(await run('edit message', call.select(MESSAGE_COLUMNS)));
    },
    async delete(channelId, seq) {
      const call = client.rpc('delete_message', { channel_id: channelId, seq });
      return only(await run('delete message', call.select(MESSAGE_COLUMNS)));
    },
  };
}
