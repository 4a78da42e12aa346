/** Channels made through the HTTP API, and what the database knows of them, for tests of what is done with them. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { database } from '../helpers/database.ts';
import type { Person } from '../helpers/people.ts';
import { type Answer, call } from './api.ts';

export interface Channel {
  id: string;
  name: string;
  memberCount: number;
  unreadCount: number;
  lastMessage: { content: string; user: { id: string; name: string } } | null;
  members: { userId: string; role: string }[];
}

export const uniqueName = () => `c-${randomUUID()}`;

export const create = (person: Person, json: unknown) =>
  call<{ channel: Channel }>('POST', '/api/chat/channels', { token: person.token, json });

/** A channel of this person's with these members, of whom those of a public one have joined it. */
export async function channelOf(
  owner: Person,
  type: 'public' | 'private' = 'private',
  members: Person[] = [],
): Promise<string> {
  const ids = members.map(({ id }) => id);
  const { status, body } = await create(owner, { name: uniqueName(), type, members: ids });
  expect(status).toBe(201);
  if (type === 'public') {
    for (const member of members)
      await change(member, 'POST', `${body.channel.id}/members`, { userIds: [member.id] });
  }
  return body.channel.id;
}

/** Calls something of a channel as this person; `path` begins with its id. */
export const change = (
  person: Person,
  method: string,
  path: string,
  json?: unknown,
): Promise<Answer<{ channel: Channel; members: { userId: string }[] }>> =>
  call(method, `/api/chat/channels/${path}`, { token: person.token, ...(json !== undefined && { json }) });

/** What the system said in the channel, oldest first, each with who did it. */
export async function said(channel: string): Promise<string[]> {
  const rows = await database`
    select m.body, p.name from chat.messages m join chat.profiles p on p.id = m.author_id
     where m.channel_id = ${channel} and m.kind = 'system' order by m.seq`;
  return rows.map(({ body, name }) => `${name}: ${body}`);
}

/** Everybody in the channel with their role, by name. */
export async function rolesIn(channel: string): Promise<Record<string, string>> {
  const rows = await database`
    select p.name, m.role from chat.channel_members m join chat.profiles p on p.id = m.user_id
     where m.channel_id = ${channel} order by p.name`;
  return Object.fromEntries(rows.map(({ name, role }) => [name, role]));
}

export async function rowOf(channel: string) {
  const [row] = await database`
    select slug, kind, description, created_by, deleted_at from chat.channels where id = ${channel}`;
  return row;
}

/** So many people whom nobody knows, in the channel. */
export const crowd = (channel: string, size: number) => database`
  with people as (
    insert into auth.users (id, email)
    select id, id || '@example.com' from (select gen_random_uuid() as id from generate_series(1, ${size})) ids returning id)
  insert into chat.channel_members (channel_id, user_id) select ${channel}, id from people`;
