/** Conversations of every kind and who is in them, people by id or username: one call of the database each. */
import { type ChatClient, given, run } from '../../_shared/supabase.ts';
import type { Person } from './messages.ts';

/** `chat.conversation`: of composite types the database does not say what is never null. */
export interface ConversationRow {
  id: string;
  kind: 'public' | 'private' | 'group' | 'dm';
  /** Where it has none: its slug, or who else is in it. */
  name: string;
  description: string;
  created_by: string | null;
  created_at: string;
  archived_at: string | null;
  member_count: number;
  /** The first 100. */
  members: Person[];
}

interface Page {
  kinds?: string[] | undefined;
  /** Public ones as well that the caller may join. */
  withPublic?: boolean | undefined;
  limit: number;
  /** The last conversation of the page before. */
  before?: string | undefined;
}

interface NewConversation {
  kind: 'public' | 'private' | 'group';
  name: string;
  description?: string | undefined;
  /** Ids or usernames; the caller is in it without being named. */
  members?: string[] | undefined;
}

/** Those of the caller, newest first. */
export const listConversations = async (client: ChatClient, { kinds, withPublic, limit, before }: Page) =>
  (await run(
    'list conversations',
    client.rpc('read_conversations', given({ kinds, with_public: withPublic, page_size: limit, before })),
  )) as ConversationRow[];

/** @throws channel_not_found, also where it is of none of these kinds */
export const readConversation = async (client: ChatClient, id: string, kinds?: string[]) =>
  (await run(
    'read conversation',
    client.rpc('read_conversation', given({ channel_id: id, kinds })),
  )) as ConversationRow;

/** @throws user_not_found where a member is nobody */
export const startConversation = async (client: ChatClient, conversation: NewConversation) =>
  (await run('start conversation', client.rpc('start_conversation', given(conversation)))) as ConversationRow;

/** Adds people by id or username; no effect on who is in it already. */
export const addPeople = (client: ChatClient, channelId: string, people: string[]) =>
  run('add members', client.rpc('add_people', { channel_id: channelId, people }));

/** The people with these ids or usernames; who does not exist is missing. */
export const findPeople = async (client: ChatClient, names: string[]) =>
  (await run('find people', client.rpc('find_people', { names }, { get: true }))) as Person[];
