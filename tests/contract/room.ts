/** A room of Ada and Bob for contract tests of messages: what is said there, and what Realtime tells of it. */
import { randomUUID } from 'node:crypto';
import { database } from '../helpers/database.ts';
import { type Person, signUp } from '../helpers/people.ts';
import { call } from './api.ts';

export interface Message {
  id: string;
  content: string;
  userId: string;
  user: { name: string; username: string };
  attachments: { id: string; name: string; url: string }[];
  reactions: { emoji: string; userId: string; userName: string }[];
  reactionCount: number;
  threadCount: number;
  parentMessageId: string | null;
  isPinned: boolean;
  isEdited: boolean;
  editedAt: string | null;
  scheduledFor: string | null;
  linkPreview: object | null;
}

export const pathOf = (channel: string) => `/api/chat/channels/${channel}/messages`;

export const list = (person: Person, channel: string, query: Record<string, string> = {}) =>
  call<{ messages: Message[]; hasMore: boolean }>('GET', `${pathOf(channel)}?${new URLSearchParams(query)}`, {
    token: person.token,
  });

export const send = (person: Person, channel: string, json: unknown) =>
  call<{ message: Message }>('POST', `${pathOf(channel)}/send`, { token: person.token, json });

export async function channelOf(admin: Person, kind: string, members: Person[] = []): Promise<string> {
  const member_ids = members.map(({ id }) => id);
  const { data, error } = await admin.supabase
    .rpc('create_channel', { slug: `c-${randomUUID()}`, kind, member_ids })
    .single();
  if (error) throw error;
  return data.id;
}

/** A group of Ada and Bob, which tells nothing of itself, in which Ada has said 1, 2, 3 … */
export async function room(messageCount = 0) {
  const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  const { data } = await ada.supabase
    .rpc('create_group', { member_ids: [bob.id] })
    .single()
    .throwOnError();
  return { ada, bob, channel: data.id, ids: await say(ada, data.id, messageCount) };
}

/** A private channel of Ada, who is its admin, and Bob, in which Ada has said 1, 2, 3 … */
export async function privateRoom(messageCount = 0) {
  const [ada, bob] = await Promise.all([signUp('Ada'), signUp('Bob')]);
  const channel = await channelOf(ada, 'private', [bob]);
  return { ada, bob, channel, ids: await say(ada, channel, messageCount) };
}

async function say(person: Person, channel: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    const { body } = await send(person, channel, { content: String(number) });
    ids.push(body.message.id);
  }
  return ids;
}

/** What the channel's topic was told, oldest first. */
export const told = async (channel: string, event: string) => {
  const rows = await database`select payload from realtime.messages
    where topic = ${`channel:${channel}:0`} and event = ${event} order by inserted_at`;
  return rows.map(({ payload }) => payload as Record<string, unknown>);
};
