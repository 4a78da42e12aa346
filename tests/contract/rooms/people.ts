/** People of the documents that know them by username, and what they do in rooms. */
import { randomUUID } from 'node:crypto';
import { PASSWORD, type Person } from '../../helpers/people.ts';
import { type Answer, call } from '../api.ts';

export const MOUNT = '/rooms/api';

export const uniqueUsername = (name = 'ada') => `${name}-${randomUUID().slice(0, 18)}`;

export interface Member {
  id: string;
  username: string;
  token: string;
}

export interface Session {
  token: string;
  refreshToken: string;
  user: { id: string; username: string };
}

/** Somebody who registered with nothing but a username, at this mount. */
export async function join(name = 'ada', path = `${MOUNT}/auth/signup`): Promise<Member> {
  const username = uniqueUsername(name);
  const { body } = await call<Session>('POST', path, { json: { username, password: PASSWORD } });
  return { ...body.user, token: body.token };
}

export interface Room {
  id: string;
  name: string;
  description: string | null;
  createdBy: string | null;
}

export interface RoomMessage {
  id: string;
  roomId: string;
  senderId: string;
  username: string;
  content: string;
  files: { id: string; name: string; url: string }[];
}

type Somebody = Pick<Person, 'token'> | undefined;

export const createRoom = (person: Somebody, json: unknown = { name: 'Lunch' }) =>
  call<Room>('POST', `${MOUNT}/rooms`, { token: person?.token, json });

export const roomOf = async (person: Somebody): Promise<string> => (await createRoom(person)).body.id;

export const say = (person: Somebody, roomId: string, message: string): Promise<Answer<RoomMessage>> =>
  call('POST', `${MOUNT}/messages`, { token: person?.token, json: { roomId, message } });

export const messagesOf = (roomId: string, person?: Somebody, query = '') =>
  call<RoomMessage[]>('GET', `${MOUNT}/messages/${roomId}${query}`, { token: person?.token });
