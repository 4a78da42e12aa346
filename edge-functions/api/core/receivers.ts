/** Where one verb means several things: what is sent to a person or a conversation, and members who come or go. */
import { type ChatClient, given, run } from '../../_shared/supabase.ts';
import type { ConversationRow } from './conversations.ts';
import type { MessageRow, Reading } from './messages.ts';

interface Letter {
  /** Of a person, whom it reaches in direct messages, or of a conversation. */
  receiverId: string;
  /** Ids or usernames: refused where one is not the caller's. */
  senders?: string[];
  content: string;
}

export const postTo = async (client: ChatClient, { receiverId, senders, content }: Letter) =>
  (await run(
    'send message',
    client.rpc('post_to', { receiver_id: receiverId, body: content, ...given({ senders }) }),
  )) as unknown as MessageRow;

interface Page {
  limit: number;
  before?: string | undefined;
}

/** What was said in a conversation, or with a person, oldest first. */
export const readFrom = async (
  client: ChatClient,
  id: string,
  { limit, before }: Page,
  { leavesMarks }: Reading,
) =>
  (await run(
    'read messages',
    client.rpc('read_from', { id, page_size: limit, ...given({ before_id: before }) }, { get: !leavesMarks }),
  )) as unknown as MessageRow[];

interface Toggle {
  channelId: string;
  /** Id or username. */
  member: string;
  kinds: string[];
  /** Without it, who is in it goes and who is not comes. */
  action?: 'add' | 'remove' | undefined;
}

export interface MemberChange {
  action: 'added' | 'removed';
  conversation: ConversationRow;
}

export const toggleMember = async (client: ChatClient, { channelId, member, kinds, action }: Toggle) =>
  (await run(
    'change members',
    client.rpc('toggle_member', { channel_id: channelId, member, kinds, ...given({ action }) }),
  )) as unknown as MemberChange;
