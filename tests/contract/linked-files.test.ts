/** Files that are shared by their addresses alone, as documents have it that upload to no place: whichever says the message. */
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../helpers/database.ts';
import { call } from './api.ts';
import { join, type Member, placeOf } from './groups/people.ts';
import { form, text } from './uploads.ts';

afterAll(() => database.end());

const UPLOADS = ['/chatrooms/api/files', '/rooms/api/files/upload'];

const upload = async (path: string, { token }: Member) =>
  (await call<{ id: string; url: string }>('POST', path, { token, raw: form([['file', text()]]) })).body;

const SENDS: [string, (place: string, words: string) => [path: string, json: object]][] = [
  ['Chatrooms', (chatroomId, message) => ['/chatrooms/api/messages', { chatroomId, message }]],
  ['Groups', (receiverId, content) => ['/groups/api/messages', { receiverId, content }]],
  ['Rooms', (roomId, message) => ['/rooms/api/messages', { roomId, message }]],
  ['Conversations', (id, content) => [`/conversations/conversations/${id}/message`, { content }]],
];

describe.each(SENDS)('a message of %s', (_, send) => {
  it('takes own files along by either address, and those of nobody else', async () => {
    const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
    const place = await placeOf('groups', ada, [bob]);
    const own = await Promise.all(UPLOADS.map((path) => upload(path, ada)));
    const others = await upload('/rooms/api/files/upload', bob);
    const [path, json] = send(place, [...own, others].map(({ url }) => `See ${url}.`).join(' '));
    expect((await call('POST', path, { token: ada.token, json })).status).toBe(201);
    const { body } = await call<{ id: string }[]>('GET', `/chatrooms/api/chatrooms/${place}/files`, {
      token: bob.token,
    });
    expect(body.map(({ id }) => id).sort()).toEqual(own.map(({ id }) => id).sort());
  });
});
