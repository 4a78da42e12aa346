/** People of document S1, and what they do by its endpoints. */
import { type Answer, call } from '../api.ts';
import type { Member } from '../rooms/people.ts';

export { join, type Member, uniqueUsername } from '../rooms/people.ts';

export const MOUNT = '/groups/api';

type Somebody = Pick<Member, 'token'> | undefined;

/** Calls a path of the document as somebody, or without a token. */
export const ask = <Body = unknown>(
  method: string,
  path: string,
  person?: Somebody,
  json?: unknown,
): Promise<Answer<Body>> => call(method, `${MOUNT}${path}`, { token: person?.token, json });

export interface Message {
  id: string;
  conversationId: string;
  senderId: string;
  content: string;
}

export const say = (person: Member, receiverId: string, content: string, senderId = person.id) =>
  ask<Message>('POST', '/messages', person, { senderId, receiverId, content });

export const messagesOf = (person: Somebody, id: string, query = '') =>
  ask<Message[]>('GET', `/messages/${id}${query}`, person);

export interface Place {
  id: string;
  name: string;
  members: string[];
  memberCount: number;
}

export type Noun = 'groups' | 'channels';

export const create = (noun: Noun, person: Somebody, members: string[] = [], name = 'Lunch') =>
  ask<Place>('POST', `/${noun}`, person, { name, members });

export const placeOf = async (noun: Noun, person: Member, members: Member[] = []) =>
  (
    await create(
      noun,
      person,
      members.map(({ id }) => id),
    )
  ).body.id;

export const toggle = (noun: Noun, person: Somebody, id: string, memberId: string, action?: string) =>
  ask<{ message: string; action: string; members: string[] }>('PUT', `/${noun}/${id}/members`, person, {
    memberId,
    ...(action && { action }),
  });
